// SPDX-License-Identifier: GPL-2.0-only
// A mail to a kernel list about one bug: what happens, where, since when, what the kernel logged, how to see it. Its form is that of
// the reports of syzbot and of the kernel test robot; the regzbot command is that of Documentation/process/handling-regressions.rst.
// Pure.

import type { Deviation } from '../results/events.ts';
import { headline } from './cell-lines.ts';
import { wrap } from './text.ts';

export interface BugReport {
  /** What goes wrong, in one sentence. */
  title: string;
  /** The scenario, and what it expects in one sentence; `text`: lines of its file when it is not one that ships. */
  scenario: { name: string; title: string; text?: readonly string[] | undefined } | undefined;
  /** The kernel on which it was seen last, by its public name. */
  kernel: string | undefined;
  /** What the kernel did; the first one is the report's. */
  deviations: readonly Deviation[];
  /** The steps up to the one that deviates, as `unbind pmem0`. */
  steps: readonly string[];
  /** Lines of the kernel log, or stacks of a guest that hangs. */
  log: { title: string; lines: readonly string[] } | undefined;
  /** Commands. */
  reproduce: readonly string[];
  /** What kernels/bugs.yaml knows of it. */
  bug:
    | {
        name: string;
        because: string;
        cause: readonly string[];
        seen: readonly string[];
        since?: string | undefined;
        notes?: string | undefined;
        series?: string | undefined;
      }
    | undefined;
  /** After a bisection: the commit that brought it. */
  introduced: { sha: string; subject: string } | undefined;
}

const width = 72;
/** So many lines of the log are shown: a call trace and what is around it. */
const mostLog = 60;

/** The text, with a newline at its end; the first line is the subject. Lines of the kernel's log and commands are not broken. */
export function bugReport(report: BugReport): string {
  const { title, scenario, kernel, bug, introduced } = report;
  const subject = `Subject: ${introduced === undefined ? '[BUG]' : '[REGRESSION]'} ${title}`;
  const facts: [string, string | undefined][] = [
    ['kernel', kernel],
    ['seen on', bug?.seen.join(', ')],
    [
      'since',
      introduced === undefined ? bug?.since : `commit ${introduced.sha.slice(0, 12)} ("${introduced.subject}")`,
    ],
    ['where', bug?.cause.join(', ') ?? report.deviations[0]?.function],
    ['test', scenario === undefined ? undefined : `${scenario.name}, run by hazmat in QEMU with emulated NVDIMMs`],
  ];
  return `${[
    subject,
    '',
    ...fill(sentence(title)),
    ...(scenario === undefined ? [] : ['', ...fill(`The test expects: ${sentence(scenario.title)}`)]),
    '',
    ...facts.flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : hanging(`  ${name}:`.padEnd(12), value),
    ),
    ...section(
      'What was done:',
      report.steps.flatMap((step, index) => hanging(`  ${index + 1}. `, step)),
    ),
    ...section(
      'What the kernel did:',
      report.deviations.flatMap((one) => deviationLines(one)),
    ),
    ...section('Cause:', bug === undefined ? [] : fill(sentence(bug.because)).map((line) => `  ${line}`)),
    ...section('Note:', bug?.notes === undefined ? [] : wrap(bug.notes, width - 2).map((line) => `  ${line}`)),
    ...section(report.log?.title ?? '', excerpt(report.log?.lines ?? [])),
    ...section(
      'To reproduce:',
      report.reproduce.map((command) => `  ${command}`),
    ),
    ...section(
      `${scenario?.name ?? ''}:`,
      (scenario?.text ?? []).map((line) => `  ${line}`.trimEnd()),
    ),
    ...(bug?.series === undefined
      ? []
      : ['', ...fill(`A proposal for a fix is kernels/series/${bug.series} of hazmat; it was tested there only.`)]),
    '',
    ...fill('If you fix this in a commit of its own, please add:'),
    '',
    '  Reported-by: NAME <ADDRESS>',
    '  Closes: LINK TO THIS MAIL',
    ...(introduced === undefined ? [] : ['', `#regzbot introduced: ${introduced.sha}`]),
  ].join('\n')}\n`;
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, '', ...lines];
}

function deviationLines(deviation: Deviation): string[] {
  const { title, step, wanted, seen } = deviation;
  if (wanted === undefined) return hanging('  ', headline(deviation));
  return [
    ...hanging('  expected: ', `${step === undefined ? '' : `${step}: `}${wanted}`),
    ...hanging('  seen:     ', seen ?? title),
  ];
}

/** The first lines and the last one; the middle of a long log is left out. */
function excerpt(log: readonly string[]): string[] {
  if (log.length <= mostLog) return [...log];
  return [...log.slice(0, mostLog - 2), `[${log.length - mostLog + 1} lines are left out]`, ...log.slice(-1)];
}

function sentence(text: string): string {
  const whole = /[.!?]$/.test(text) ? text : `${text}.`;
  // The first word may be the name of a function.
  return /^[a-z]+ /.test(whole) ? whole.charAt(0).toUpperCase() + whole.slice(1) : whole;
}

function fill(text: string): string[] {
  return wrap(text, width);
}

function hanging(head: string, text: string): string[] {
  const [first = '', ...rest] = wrap(text, width - head.length);
  return [`${head}${first}`, ...rest.map((line) => `${' '.repeat(head.length)}${line}`)];
}
