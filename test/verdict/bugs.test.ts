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
  it('agrees with the scenarios, and says why a bug is shown by none of them', () => {
    expect(disagreements(loadBugs(), findScenarios([]))).toEqual([]);
  });

  it('names every series that ships, and none that does not', () => {
    const named = [...new Set([...loadBugs().values()].flatMap((bug) => bug.series ?? []))];
    expect(named.toSorted()).toEqual(series.toSorted());
  });

  it('has each series with its bug in the table of the series', () => {
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
const bug = 'title: It breaks, because: it loops, cause: [mm/a.c:f], seen: [6.1.5, 6.12.9, 7.3-rc7]';

describe('what bugs and scenarios say of each other', () => {
  const one = scenario('one', '{kernels: ">=6.0", verdict: hang, because: it loops, bug: KB1}');

  it('reports a bug that no scenario names, unless `not-shown` says why', () => {
    expect(disagreements(parseBugs(`KB2: {${bug}}`, 'bugs.yaml'), [])).toEqual([
      'no scenario names KB2: say why in `not-shown`',
    ]);
    expect(disagreements(parseBugs(`KB2: {${bug}, not-shown: a race}`, 'bugs.yaml'), [])).toEqual([]);
  });

  it('reports a bug that has `not-shown` and is shown', () => {
    const bugs = parseBugs(`KB1: {${bug}, not-shown: a race}`, 'bugs.yaml');
    expect(disagreements(bugs, [one])).toEqual(['KB1 has `not-shown`, but one names it']);
  });

  it('reports a range of kernels on none of which the bug was seen', () => {
    const old = scenario('old', '{kernels: "<6.0", verdict: hang, because: it loops, bug: KB1}');
    expect(disagreements(parseBugs(`KB1: {${bug}}`, 'bugs.yaml'), [one, old])).toEqual([
      'old says that kernels "<6.0" have KB1, which was seen on none of them',
    ]);
  });
});

describe('the page', () => {
  const one = scenario('one', '{kernels: ">=6.0", verdict: crash, report: f, because: it loops, bug: KB1}');

  it('says what is known, and shows it with the newest stock kernel on which it was seen', () => {
    const fixed = `${bug}, series: fix-it, series-seen: [6.12.9], since: "6.0", notes: Mind the gap.`;
    const page = bugPage(parseBugs(`KB1: {${fixed}}`, 'bugs.yaml'), [one]);
    expect(page.split('## KB1\n\n')[1]).toMatchInlineSnapshot(`
      "**It breaks.**

      | claim | scenario | kernels | instead |
      | --- | --- | --- | --- |
      | What is right | [one](../scenarios/one.yaml) | \`>=6.0\` | crash in \`f\` |

      - Cause: \`mm/a.c:f\`
      - Why: it loops
      - Seen on 6.1.5, 6.12.9, 7.3-rc7
      - Since 6.0
      - Note: Mind the gap.
      - To reproduce: \`npx hazmat run one -k 6.12\`
      - Fix: [kernels/series/fix-it](../kernels/series/fix-it), fixes it on 6.12.9: \`npx hazmat run one -k 6.12,6.12+kernels/series/fix-it\`
      "
    `);
  });

  it('has a reason of a scenario only where it differs from that of the bug', () => {
    const other = scenario('other', '{kernels: ">=6.0", verdict: crash, because: ext4 does not ask, bug: KB1}');
    const page = bugPage(parseBugs(`KB1: {${bug}}`, 'bugs.yaml'), [one, other]);
    expect(page.match(/^- Why.*$/gm)).toEqual(['- Why: it loops', '- Why in other: ext4 does not ask']);
  });

  it('shows a bug by a scenario that no other bug breaks before', () => {
    const first = scenario(
      'first',
      '{kernels: ">=6.2", verdict: hang, because: it waits, bug: KB2}\n  - {kernels: ">=6.0", verdict: crash, because: it loops, bug: KB1}',
    );
    const bugs = parseBugs(`KB1: {${bug}}`, 'bugs.yaml');
    expect(bugPage(bugs, [first, one])).toContain('To reproduce: `npx hazmat run first -k 6.1`');
    const newer = parseBugs(
      'KB1: {title: It breaks, because: it loops, cause: [mm/a.c:f], seen: [6.12.9]}',
      'bugs.yaml',
    );
    expect(bugPage(newer, [first, one])).toContain('To reproduce: `npx hazmat run one -k 6.12`');
  });

  it('builds the whole kernel where the series needs it', () => {
    const built = `${bug}, series: fix-it, series-base: source, series-seen: [6.12.9]`;
    expect(bugPage(parseBugs(`KB1: {${built}}`, 'bugs.yaml'), [one])).toContain(
      '`npx hazmat run one -k source:6.12,source:6.12+kernels/series/fix-it`',
    );
  });
});

it('says what is wrong with the file, and where', () => {
  const wrong = [
    'KBx: {title: a}',
    'KB1: {title: a, cause: [a.c:f], seen: [6.1.5]}',
    'KB1: {title: a, because: b, cause: [somewhere], seen: [6.1.5]}',
    'KB1: {title: a, because: b, cause: [a.c:f], seen: [six]}',
    'KB1: {title: a, because: b, cause: [a.c:f], seen: [6.1.5], shown: false}',
    'KB1: {title: a, because: b, cause: [a.c:f], seen: [6.1.5], series: fix-it}',
  ];
  const found = wrong.map((text) => {
    try {
      parseBugs(text, 'bugs.yaml');
      return 'nothing';
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return `${error.at ?? ''}: ${error.message}`;
    }
  });
  expect(found.join('\n')).toMatchInlineSnapshot(`
    "bugs.yaml:1:1: the key \`KBx\` must be a name such as KB4
    bugs.yaml:1:1: \`because\` is missing
    bugs.yaml:1:37: entry 1 of \`cause\` must be a place such as mm/memory-failure.c:collect_procs_fsdax, not \`somewhere\`
    bugs.yaml:1:52: entry 1 of \`seen\` must be a version such as 6.12.117 or 7.3-rc7, not \`six\`
    bugs.yaml:1:60: unknown key \`shown\`
    bugs.yaml:1:1: \`series-seen\`: goes with \`series\`: the kernels on which the series fixes the bug"
  `);
});
