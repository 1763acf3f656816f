// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../harness/host/errors.ts';
import { projectRoot } from '../../harness/host/places.ts';
import { findScenarios, parseScenario } from '../../harness/scenario/load.ts';
import { loadBugs, parseBugs } from '../../harness/verdict/bugs.ts';
import { bugPage, disagreements } from '../../scripts/bug-page.ts';

const seriesFolder = path.join(projectRoot, 'kernels/series');
const series = readdirSync(seriesFolder, { withFileTypes: true }).flatMap((one) =>
  one.isDirectory() ? [one.name] : [],
);

describe('kernels/bugs.yaml', () => {
  it('lists every bug that a scenario names, and says of the others why none does', () => {
    expect(disagreements(loadBugs(), findScenarios([]))).toEqual([]);
  });

  it('names every series that ships, and none that does not', () => {
    const named = [...new Set([...loadBugs().values()].flatMap((bug) => bug.series ?? []))];
    expect(named.toSorted()).toEqual(series.toSorted());
  });

  it('is told by the table of the series: each with its bug', () => {
    const table = readFileSync(path.join(seriesFolder, 'README.md'), 'utf8');
    for (const [name, bug] of loadBugs()) {
      if (bug.series === undefined) continue;
      expect(table).toMatch(new RegExp(`^\\| ${bug.series} \\| .*\\(${name}\\)`, 'm'));
    }
  });
});

const scenario = (name: string, known: string): ReturnType<typeof parseScenario> =>
  parseScenario(
    `title: What is right\nstack:\n  - namespace: {name: pmem0}\nsteps:\n  - unbind: pmem0\nknown:\n  - ${known}\n`,
    name,
  );
const bug = 'title: It breaks, cause: [mm/a.c:f], seen: [6.1.5, 6.12.9, 7.3-rc7]';

describe('what bugs and scenarios say of each other', () => {
  const one = scenario('one', '{kernels: ">=6.0", verdict: hang, because: it loops, bug: KB1}');

  it('tells a bug that is not listed', () => {
    expect(disagreements(new Map(), [one])).toEqual(['KB1 of one is not in kernels/bugs.yaml']);
  });

  it('tells a bug that no scenario names, unless it is said', () => {
    expect(disagreements(parseBugs(`KB2: {${bug}}`, 'bugs.yaml'), [])).toEqual([
      'no scenario names KB2: say `shown: false` and why',
    ]);
    expect(disagreements(parseBugs(`KB2: {${bug}, shown: false, because: a race}`, 'bugs.yaml'), [])).toEqual([]);
  });

  it('tells a bug that is said not to be shown and yet is', () => {
    const bugs = parseBugs(`KB1: {${bug}, shown: false, because: a race}`, 'bugs.yaml');
    expect(disagreements(bugs, [one])).toEqual(['KB1 says `shown: false`, but one names it']);
  });

  it('tells a range on no kernel of which the bug was seen', () => {
    const old = scenario('old', '{kernels: "<6.0", verdict: hang, because: it loops, bug: KB1}');
    expect(disagreements(parseBugs(`KB1: {${bug}}`, 'bugs.yaml'), [one, old])).toEqual([
      'KB1 was seen on no kernel of "<6.0", which old says deviate',
    ]);
  });
});

describe('the page', () => {
  const one = scenario('one', '{kernels: ">=6.0", verdict: crash, in: f, because: it loops, bug: KB1}');

  it('says what is known, and shows it with the newest stock kernel on which it was seen', () => {
    const fixed = `${bug}, series: mend-it, series-seen: [6.12.9], since: "6.0", notes: Mind the gap.`;
    const page = bugPage(parseBugs(`KB1: {${fixed}}`, 'bugs.yaml'), [one]);
    expect(page.split('## KB1\n\n')[1]).toMatchInlineSnapshot(`
      "**It breaks.**

      | claim that it breaks | scenario | kernels | instead |
      | --- | --- | --- | --- |
      | What is right | [one](../scenarios/one.yaml) | \`>=6.0\` | crash in \`f\` |

      - Cause: \`mm/a.c:f\`
      - Why: it loops
      - Seen on 6.1.5, 6.12.9, 7.3-rc7
      - Since 6.0
      - Note: Mind the gap.
      - To see it: \`npx hazmat run one -k 6.12\`
      - Fix: [kernels/series/mend-it](../kernels/series/mend-it), seen to mend it on 6.12.9: \`npx hazmat run one -k 6.12,6.12+kernels/series/mend-it\`
      "
    `);
  });

  it('shows a bug by a scenario that no other bug breaks before', () => {
    const first = scenario(
      'first',
      '{kernels: ">=6.2", verdict: hang, because: it waits, bug: KB2}\n  - {kernels: ">=6.0", verdict: crash, because: it loops, bug: KB1}',
    );
    const bugs = parseBugs(`KB1: {${bug}}`, 'bugs.yaml');
    expect(bugPage(bugs, [first, one])).toContain('To see it: `npx hazmat run first -k 6.1`');
    const newer = parseBugs('KB1: {title: It breaks, cause: [mm/a.c:f], seen: [6.12.9]}', 'bugs.yaml');
    expect(bugPage(newer, [first, one])).toContain('To see it: `npx hazmat run one -k 6.12`');
  });

  it('builds the whole kernel where the series needs it', () => {
    const built = `${bug}, series: mend-it, series-base: source, series-seen: [6.12.9]`;
    expect(bugPage(parseBugs(`KB1: {${built}}`, 'bugs.yaml'), [one])).toContain(
      '`npx hazmat run one -k source:6.12,source:6.12+kernels/series/mend-it`',
    );
  });
});

it('says what is wrong with the file, and where', () => {
  const wrong = [
    'KBx: {title: a}',
    'KB1: {title: a, cause: [somewhere], seen: [6.1.5]}',
    'KB1: {title: a, cause: [a.c:f], seen: [six]}',
    'KB1: {title: a, cause: [a.c:f], seen: [6.1.5], shown: false}',
    'KB1: {title: a, cause: [a.c:f], seen: [6.1.5], because: a race}',
    'KB1: {title: a, cause: [a.c:f], seen: [6.1.5], series: mend-it}',
    'KB1: {title: a, cause: [a.c:f], seen: [6.1.5], fix: mend-it}',
  ];
  const told = wrong.map((text) => {
    try {
      parseBugs(text, 'bugs.yaml');
      return 'nothing';
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return `${error.at ?? ''}: ${error.message}`;
    }
  });
  expect(told.join('\n')).toMatchInlineSnapshot(`
    "bugs.yaml:1:1: the key \`KBx\` must be a name such as KB4
    bugs.yaml:1:25: entry 1 of \`cause\` must be a place such as mm/memory-failure.c:collect_procs_fsdax, not \`somewhere\`
    bugs.yaml:1:40: entry 1 of \`seen\` must be a version such as 6.12.117 or 7.3-rc7, not \`six\`
    bugs.yaml:1:1: \`because\`: a bug that no scenario shows has \`shown: false\` and \`because\`, any other has neither
    bugs.yaml:1:48: \`because\`: a bug that no scenario shows has \`shown: false\` and \`because\`, any other has neither
    bugs.yaml:1:1: \`series-seen\`: goes with \`series\`: the kernels on which it was seen to fix the bug
    bugs.yaml:1:48: unknown key \`fix\`"
  `);
});
