// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { Deviation } from '../../harness/results/events.ts';
import { UsageError } from '../../harness/host/errors.ts';
import { parseYaml } from '../../harness/host/yaml/yaml.ts';
import { parseBugs } from '../../harness/verdict/bugs.ts';
import { checkKnownEntry, knownEntrySchema, matchKnown, type KnownEntry } from '../../harness/verdict/known.ts';

const hangEntry: KnownEntry = {
  kernels: '>=6.14',
  verdict: 'hang',
  report: 'mf_dax_kill_procs',
  because: 'blockcount wraps',
  bug: 'KB4',
};
const hang: Deviation = {
  kind: 'hang',
  title: 'hang in unbind: mf_dax_kill_procs is running on CPU 1 (task 136 sh, R)',
  function: 'mf_dax_kill_procs',
  step: 'unbind',
  stepIndex: 0,
};
const fail = (step: string, stepIndex: number): Deviation => ({
  kind: 'fail',
  step,
  stepIndex,
  title: `${step}: nobody was signaled`,
});
const oops: Deviation = {
  kind: 'crash',
  title: 'BUG: unable to handle page fault in dax_disassociate_entry',
  function: 'dax_disassociate_entry',
  step: 'unmount',
  stepIndex: 4,
};
const oopsEntry: KnownEntry = {
  kernels: '6.1',
  verdict: 'crash',
  report: 'dax_disassociate_entry',
  steps: ['signals', 'mappings'],
  because: 'nobody waits for mapped pages',
  bug: 'KB7',
};

describe('matchKnown', () => {
  it('covers a hang by its function', () => {
    expect(matchKnown([hangEntry], '7.2.12', 'hang', [hang]).known).toBe(hangEntry);
    expect(matchKnown([hangEntry], '7.3~rc7', 'hang', [hang]).known).toBe(hangEntry);
  });

  it('does not look at entries for other kernels', () => {
    expect(matchKnown([hangEntry], '6.12.107', 'hang', [hang])).toEqual({ nearMisses: [] });
  });

  it.each<[string, KnownEntry[], Parameters<typeof matchKnown>[2], Deviation[], RegExp]>([
    ['another verdict', [hangEntry], 'crash', [oops], /it is for a hang, this is a crash/],
    [
      'another function',
      [hangEntry],
      'hang',
      [{ ...hang, title: 'hang in unbind: xfs_wait', function: 'xfs_wait' }],
      /does not contain "mf_dax_kill_procs"/,
    ],
    [
      'a step more',
      [hangEntry],
      'hang',
      [{ ...hang, stepIndex: 2 }, fail('signals', 1)],
      /does not list the step signals, which deviated/,
    ],
    [
      'a second crash',
      [{ kernels: '7.2', verdict: 'crash', report: 'dax_disassociate_entry', because: 'x' }],
      'crash',
      [oops, { kind: 'crash', title: 'WARNING in x' }],
      /"WARNING in x" does not contain "dax_disassociate_entry"/,
    ],
    [
      'a crash besides the hang',
      [{ kernels: '*', verdict: 'hang', because: 'x' }],
      'hang',
      [hang, oops],
      /does not mention the crash/,
    ],
    [
      'a step that passed',
      [{ kernels: '*', verdict: 'fail', steps: ['signals', 'data'], because: 'x' }],
      'fail',
      [fail('signals', 1)],
      /the step data did not deviate/,
    ],
  ])('is strict: %s', (_, entries, verdict, deviations, why) => {
    const match = matchKnown(entries, '7.2.12', verdict, deviations);
    expect(match.known).toBeUndefined();
    expect(match.nearMisses.join('\n')).toMatch(why);
  });

  it('covers a crash with the steps that failed before it, and leaves what came after to it', () => {
    const deviations = [oops, fail('signals', 1), fail('mappings', 2), fail('unmount', 4), fail('fsck', 7)];
    expect(matchKnown([oopsEntry], '6.1.176', 'crash', deviations).known).toBe(oopsEntry);
    expect(matchKnown([oopsEntry], '6.1.176', 'crash', [oops, fail('signals', 1)]).nearMisses[0]).toMatch(
      /mappings did not deviate/,
    );
  });

  it('covers several crashes by a list', () => {
    const entry: KnownEntry = {
      kernels: '6.1',
      verdict: 'crash',
      report: ['dax_disassociate_entry', 'WARNING in dax_insert_entry'],
      because: 'x',
    };
    expect(
      matchKnown([entry], '6.1.176', 'crash', [oops, { kind: 'crash', title: 'WARNING in dax_insert_entry' }]).known,
    ).toBe(entry);
  });

  it('takes the first of several that covers, and says why the others do not', () => {
    const other: KnownEntry = { ...hangEntry, report: 'something_else' };
    const match = matchKnown([other, hangEntry], '7.2.12', 'hang', [hang]);
    expect(match.known).toBe(hangEntry);
    expect(match.nearMisses).toHaveLength(1);
  });

  it('says that a version cannot be read', () => {
    expect(matchKnown([hangEntry], 'bzImage', 'hang', [hang]).nearMisses).toEqual([
      'the kernel version "bzImage" cannot be read, so no known issue can apply',
    ]);
  });
});

describe('knownEntrySchema', () => {
  const problems = (entry: unknown): string =>
    knownEntrySchema
      .safeParse(entry)
      .error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
      .join('\n') ?? 'none';

  it('accepts an entry', () => {
    expect(problems({ kernels: '>=6.14', verdict: 'hang', because: 'blockcount wraps' })).toBe('none');
  });

  it.each([
    [{ kernels: '>=6.14 lts', verdict: 'hang', because: 'x' }, /kernels: "lts" .*A range is one or more of/],
    [{ verdict: 'hang', because: 'x' }, /kernels: /],
    [{ kernels: '7.2', verdict: 'fail', because: 'x' }, /steps: a known fail must say which steps/],
    [
      { kernels: '7.2', verdict: 'fail', steps: ['signals'], report: 'x', because: 'x' },
      /report: only a crash or a hang/,
    ],
    [{ kernels: '7.2', verdict: 'hang', because: '' }, /because/],
    [{ kernels: '7.2', verdict: 'error', because: 'x' }, /verdict/],
    [{ kernels: '7.2', verdict: 'hang', report: '' }, /report/],
    [{ kernels: '7.2', verdict: 'hang', because: 'x', step: ['a'] }, /step/],
  ])('refuses %j', (entry, why) => {
    expect(problems(entry)).toMatch(why);
  });
});

describe('checkKnownEntry', () => {
  const bugs = parseBugs(
    'KB4: {title: It hangs, because: the count wraps, cause: [fs/a.c:f], seen: [7.2.12]}',
    'bugs.yaml',
  );
  const check = (entry: string): KnownEntry =>
    checkKnownEntry(parseYaml(`known: [${entry}]`, 'x.yaml'), ['known', 0], bugs);
  const problem = (entry: string): string => {
    try {
      check(entry);
      return 'none';
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return `${error.at ?? ''}: ${error.message}`;
    }
  };

  it('takes the reason of the bug', () => {
    expect(check('{kernels: "7.2", verdict: hang, bug: KB4}')).toMatchObject({
      bug: 'KB4',
      because: 'the count wraps',
    });
  });

  it('keeps a reason of its own, with or without a bug', () => {
    expect(check('{kernels: "7.2", verdict: hang, bug: KB4, because: it loops}').because).toBe('it loops');
    expect(check('{kernels: "7.2", verdict: hang, because: it loops}').because).toBe('it loops');
    expect(check('{kernels: "7.2", verdict: hang, bug: "https://example.org/1", because: it loops}').because).toBe(
      'it loops',
    );
  });

  it.each([
    [
      '{kernels: "7.2", verdict: hang}',
      'x.yaml:1:9: `because` is missing: only a bug of kernels/bugs.yaml gives the reason',
    ],
    [
      '{kernels: "7.2", verdict: hang, bug: "https://example.org/1"}',
      'x.yaml:1:9: `because` is missing: only a bug of kernels/bugs.yaml gives the reason',
    ],
    [
      '{kernels: "7.2", verdict: hang, bug: KB5}',
      'x.yaml:1:41: there is no bug `KB5` in kernels/bugs.yaml, did you mean `KB4`?',
    ],
    ['{kernels: "7.2", verdict: hang, in: f, bug: KB4}', 'x.yaml:1:41: unknown key `in`: it is `report` now'],
  ])('refuses %s', (entry, why) => {
    expect(problem(entry)).toBe(why);
  });
});
