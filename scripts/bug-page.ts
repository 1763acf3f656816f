// SPDX-License-Identifier: GPL-2.0-only
// docs/kernel-bugs.md: every kernel bug that hazmat knows, from kernels/bugs.yaml and the known entries of the scenarios. Pure.

import { catalogLines, loadCatalog } from '../harness/kernel/catalog.ts';
import type { Scenario } from '../harness/scenario/load.ts';
import type { Bug } from '../harness/verdict/bugs.ts';
import { inRange } from '../harness/verdict/kernel-range.ts';
import { knownFor, type KnownEntry } from '../harness/verdict/known.ts';

/** A known entry and the scenario that has it. */
interface Showing {
  scenario: Pick<Scenario, 'name' | 'spec' | 'known'>;
  entry: KnownEntry;
}

/** The known entries of each bug, in the order of the scenarios. Entries without a bug are left out. */
export function showings(scenarios: readonly Showing['scenario'][]): Map<string, Showing[]> {
  const found = new Map<string, Showing[]>();
  for (const scenario of scenarios) {
    for (const entry of scenario.known) {
      if (entry.bug !== undefined) found.set(entry.bug, [...(found.get(entry.bug) ?? []), { scenario, entry }]);
    }
  }
  return found;
}

/** Where bugs.yaml and the scenarios do not agree, a sentence each. */
export function disagreements(bugs: ReadonlyMap<string, Bug>, scenarios: readonly Showing['scenario'][]): string[] {
  const shown = showings(scenarios);
  const unlisted = [...shown].flatMap(([name, [first]]) =>
    bugs.has(name) ? [] : [`${name} of ${first?.scenario.name ?? ''} is not in kernels/bugs.yaml`],
  );
  const others = [...bugs].flatMap(([name, { shown: said, seen }]) => {
    const by = shown.get(name) ?? [];
    const [first] = by;
    if (first === undefined) return said === false ? [] : [`no scenario names ${name}: say \`shown: false\` and why`];
    if (said === false) return [`${name} says \`shown: false\`, but ${first.scenario.name} names it`];
    return by.flatMap(({ scenario, entry }) =>
      seen.some((version) => inRange(version, entry.kernels))
        ? []
        : [`${name} was seen on no kernel of "${entry.kernels}", which ${scenario.name} says deviate`],
    );
  });
  return [...unlisted, ...others];
}

/** The page. */
export function bugPage(bugs: ReadonlyMap<string, Bug>, scenarios: readonly Showing['scenario'][]): string {
  const shown = showings(scenarios);
  const rows = [...bugs].map(([name, bug]) => [
    `[${name}](#${name.toLowerCase()})`,
    bug.title,
    bug.seen.join(', '),
    bug.series === undefined ? '' : `[${bug.series}](../kernels/series/${bug.series})`,
  ]);
  const parts = [
    '<!-- Made by `npm run docs` from kernels/bugs.yaml and the known entries of scenarios/. Do not edit. -->',
    '# Kernel bugs',
    'What hazmat found kernels to do wrong: the claim that each bug breaks, the kernels, the cause, a command that shows it, and ' +
      'the fix where we have one. Nothing here was reported to or confirmed by the maintainers of the code; the causes were read in ' +
      'the sources. Ranges are those that the scenarios record: their ends are what was seen or read, not bisected. The fixes are ' +
      '[proposals of this project](../kernels/series/README.md).',
    table(['bug', '', 'seen on', 'fix'], rows),
    ...[...bugs].map(([name, bug]) => section(name, bug, shown.get(name) ?? [])),
  ];
  return `${parts.join('\n\n')}\n`;
}

function section(name: string, bug: Bug, by: readonly Showing[]): string {
  const claims = by.map(({ scenario, entry }) => [
    scenario.spec.title,
    `[${scenario.name}](../scenarios/${scenario.name}.yaml)`,
    `\`${entry.kernels}\``,
    outcome(entry),
  ]);
  const parts = [
    `## ${name}`,
    `**${bug.title}.**`,
    ...(claims.length === 0 ? [] : [table(['claim that it breaks', 'scenario', 'kernels', 'instead'], claims)]),
    [
      `- Cause: ${bug.cause.map(code).join(', ')}`,
      ...[...new Set(by.map(({ entry }) => entry.because))].map((why) => `- Why: ${why}`),
      `- Seen on ${bug.seen.join(', ')}`,
      ...(bug.since === undefined ? [] : [`- Since ${bug.since}`]),
      ...(bug.until === undefined ? [] : [`- Until: ${bug.until}`]),
      ...(bug.because === undefined ? [] : [`- Not shown by a scenario: ${bug.because}`]),
      ...(bug.notes === undefined ? [] : [`- Note: ${bug.notes}`]),
      ...commands(name, bug, by),
    ].join('\n'),
  ];
  return parts.join('\n\n');
}

/** The commands that show the bug, and that show it gone. */
function commands(name: string, bug: Bug, by: readonly Showing[]): string[] {
  const show = by.map(({ scenario }) => ({ scenario, line: lineThatShows(name, bug, scenario) }));
  const best = show.find(({ line }) => line !== undefined);
  const see = best === undefined ? [] : [`- To see it: \`npx hazmat run ${best.scenario.name} -k ${best.line ?? ''}\``];
  if (bug.series === undefined) return see;
  const first = by[0]?.scenario.name ?? '';
  const fixed = bug['series-seen'] ?? [];
  const base = `${bug['series-base'] === 'source' ? 'source:' : ''}${lineOf(fixed.at(-1) ?? '')}`;
  const series = `kernels/series/${bug.series}`;
  return [
    ...see,
    `- Fix: [${series}](../${series}), seen to mend it on ${fixed.join(', ')}: \`npx hazmat run ${best?.scenario.name ?? first} -k ${base},${base}+${series}\``,
  ];
}

/**
 * The newest stock line on which the scenario shows the bug, and no other bug before it. Only the newest point release of a
 * line can be had, so the newest that was seen of each line counts.
 */
function lineThatShows(name: string, { seen }: Bug, { known }: Showing['scenario']): string | undefined {
  const lines = catalogLines(loadCatalog());
  return seen
    .filter((version) => !version.includes('rc') && lines.includes(lineOf(version)))
    .filter((version) => knownFor(known, version)[0]?.bug === name)
    .map(lineOf)
    .at(-1);
}

function lineOf(version: string): string {
  return /^\d+\.\d+/.exec(version)?.[0] ?? version;
}

function outcome({ verdict, in: where, steps }: KnownEntry): string {
  const places = where === undefined ? '' : ` in ${[where].flat().map(code).join(' or ')}`;
  return `${verdict}${places}${steps === undefined ? '' : `; unmet: ${steps.join(', ')}`}`;
}

function code(text: string): string {
  return `\`${text}\``;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
