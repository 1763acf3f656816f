// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { CellResult } from '../../harness/results/events.ts';
import { judge, type CellEvidence, type Judgment, type ObservedCrash } from '../../harness/verdict/judge.ts';
import { readKernelLog } from '../../harness/verdict/kernel-log.ts';
import { readConsole } from '../../harness/verdict/log-line.ts';
import { readGolden } from './golden.ts';

const clean: CellEvidence = {
  deviations: [],
  crashes: [],
  stepsRun: 5,
  known: [],
  kernelVersion: '6.12.107',
  allow: [],
};

function crashesOf(name: string, where: Partial<ObservedCrash> = {}): ObservedCrash[] {
  const file = readGolden().find((candidate) => candidate.name === name);
  return readKernelLog(readConsole(file?.log ?? '')).map((report) => ({ report, ...where }));
}

const failed = {
  kind: 'fail',
  step: 'signals',
  stepIndex: 1,
  title: 'signals: 0 of 3 mappers were signaled',
} as const;
const hang = {
  report: {
    title: 'hang in unbind: mf_dax_kill_procs is running on CPU 1 (task 136 sh, R)',
    function: 'mf_dax_kill_procs',
    fingerprint: 'hang:mf_dax_kill_procs:12345678',
  },
  step: 'unbind',
  stepIndex: 0,
};

/** What speaks for each verdict, in the order of precedence: each alone gives its verdict. */
const signs: readonly [Judgment['verdict'], Partial<CellEvidence>][] = [
  ['unbuilt', { unbuilt: 'fs/dax.c does not compile' }],
  ['crash', { crashes: crashesOf('6.12-real-null-deref-in-memory-failure') }],
  ['hang', { hang }],
  ['error', { infraError: 'the disk is full' }],
  ['skip', { skip: 'this kernel has no EINJ' }],
  ['fail', { deviations: [failed] }],
  ['pass', {}],
];

describe('precedence', () => {
  it.each(signs.map(([verdict], index) => [verdict, index] as const))('%s before all that follow', (verdict, index) => {
    const [, own] = signs[index] ?? ['pass', {}];
    expect(judge({ ...clean, ...own }).verdict).toBe(verdict);
    for (const [, later] of signs.slice(index + 1)) {
      expect(judge({ ...clean, ...later, ...own })).toMatchObject({
        verdict,
        expected: verdict === 'skip' || verdict === 'pass',
      });
    }
    const everythingBelow = Object.assign({}, ...signs.slice(index).map(([, sign]) => sign)) as Partial<CellEvidence>;
    expect(judge({ ...clean, ...everythingBelow }).verdict).toBe(verdict);
  });

  it('gives the reason of what could not be built', () => {
    expect(judge({ ...clean, unbuilt: 'fs/dax.c does not compile', stepsRun: 0 })).toMatchObject({
      verdict: 'unbuilt',
      expected: false,
      why: 'fs/dax.c does not compile',
      deviations: [],
    });
  });
});

describe('judge', () => {
  it('fits the result of a cell', () => {
    expectTypeOf<Pick<Judgment, 'verdict' | 'expected' | 'why' | 'deviations'>>().toExtend<
      Pick<CellResult, 'verdict' | 'expected' | 'why' | 'deviations'>
    >();
    expectTypeOf<Judgment['known']>().toExtend<CellResult['known']>();
    expectTypeOf<Judgment['knownButPassed']>().toExtend<CellResult['knownButPassed']>();
  });

  it('pass', () => {
    expect(judge(clean)).toEqual({
      verdict: 'pass',
      expected: true,
      why: 'everything was as expected',
      deviations: [],
      nearMisses: [],
      allowed: [],
    });
  });

  it('never passes a cell in which no step ran', () => {
    expect(judge({ ...clean, stepsRun: 0 })).toMatchObject({
      verdict: 'error',
      expected: false,
      why: 'no step of the scenario ran, so nothing is known about the kernel',
    });
  });

  it('skip', () => {
    expect(judge({ ...clean, stepsRun: 0, skip: 'this kernel has no EINJ' })).toMatchObject({
      verdict: 'skip',
      expected: true,
      why: 'this kernel has no EINJ',
    });
  });

  it('fail', () => {
    expect(judge({ ...clean, deviations: [failed] })).toMatchObject({
      verdict: 'fail',
      expected: false,
      why: failed.title,
    });
  });

  it('crash, with an infrastructure error after it', () => {
    const crashes = crashesOf('6.1-real-umount-oops-after-unbind', { step: 'unmount', stepIndex: 4 });
    const judged = judge({
      ...clean,
      kernelVersion: '6.1.176',
      crashes,
      deviations: [failed],
      infraError: 'the agent does not answer',
      guestEnd: 'gone',
    });
    expect(judged).toMatchObject({
      verdict: 'crash',
      expected: false,
      why: 'BUG: unable to handle page fault in dax_disassociate_entry during unmount (and 1 more deviation)',
      deviations: [{ kind: 'crash', function: 'dax_disassociate_entry', step: 'unmount', stepIndex: 4 }, failed],
    });
  });

  it('a known crash is expected, and says why', () => {
    const crashes = crashesOf('6.1-real-umount-oops-after-unbind', { step: 'unmount', stepIndex: 4 });
    const known = [
      {
        kernels: '<6.8',
        verdict: 'crash' as const,
        report: 'dax_disassociate_entry',
        steps: ['signals'],
        because: 'nobody waits for mapped pages',
        bug: 'KB7',
      },
    ];
    expect(judge({ ...clean, kernelVersion: '6.1.176', crashes, deviations: [failed], known })).toMatchObject({
      verdict: 'crash',
      expected: true,
      why: 'BUG: unable to handle page fault in dax_disassociate_entry during unmount (and 1 more deviation); known issue (KB7): nobody waits for mapped pages',
      known: { because: 'nobody waits for mapped pages', bug: 'KB7' },
    });
  });

  it('says why a known issue does not cover what was seen', () => {
    const known = [{ kernels: '6.12', verdict: 'hang' as const, because: 'it wraps' }];
    expect(judge({ ...clean, deviations: [failed], known })).toMatchObject({
      verdict: 'fail',
      expected: false,
      why: `${failed.title}; the known issue for 6.12 (it wraps) does not cover this: it is for a hang, this is a fail`,
    });
  });

  it('reports a known issue that did not show', () => {
    const known = [{ kernels: '6.12', verdict: 'hang' as const, because: 'it wraps', bug: 'KB4' }];
    expect(judge({ ...clean, known })).toMatchObject({
      verdict: 'pass',
      expected: true,
      knownButPassed: { because: 'it wraps', bug: 'KB4' },
    });
  });

  it('hang before fail, crash before hang', () => {
    expect(judge({ ...clean, hang, deviations: [failed] })).toMatchObject({
      verdict: 'hang',
      deviations: [{ kind: 'hang', step: 'unbind' }, failed],
    });
    const crashes = crashesOf('6.12-real-null-deref-in-memory-failure');
    expect(judge({ ...clean, hang, crashes }).verdict).toBe('crash');
  });

  it('takes the kernel’s own lockup report for a hang, once', () => {
    const crashes = crashesOf('7.2-soft-lockup-twice');
    expect(judge({ ...clean, crashes })).toMatchObject({
      verdict: 'hang',
      deviations: [{ kind: 'hang', title: 'soft lockup in mf_dax_kill_procs' }],
    });
    expect(judge({ ...clean, crashes, hang }).deviations).toMatchObject([{ kind: 'hang', title: hang.report.title }]);
  });

  it('counts consequences of an oops as part of it', () => {
    const crashes = [...crashesOf('7.2-real-unbind-without-rmapbt')];
    expect(crashes.length).toBeGreaterThan(1);
    expect(judge({ ...clean, crashes }).deviations).toHaveLength(1);
  });

  it('tolerates what the scenario allows, and nothing else', () => {
    const crashes = crashesOf('6.1-real-reflink-warnings');
    const both = ['WARNING in dax_insert_entry', 'WARNING in dax_*_entry'];
    expect(judge({ ...clean, crashes, allow: both })).toMatchObject({
      verdict: 'pass',
      allowed: ['WARNING in dax_insert_entry', 'WARNING in dax_disassociate_entry'],
    });
    expect(judge({ ...clean, crashes, allow: ['WARNING in dax_insert_entry'] })).toMatchObject({
      verdict: 'crash',
      deviations: [{ title: 'WARNING in dax_disassociate_entry' }],
    });
  });

  it.each([
    ['reset', 'crash', 'unexpected reboot'],
    ['panicked', 'crash', 'kernel panic, with nothing in the log'],
    ['gone', 'error', 'QEMU ended, and nothing in the kernel log says why'],
  ] as const)('a guest that was %s without a log is %s', (guestEnd, verdict, why) => {
    expect(judge({ ...clean, guestEnd })).toMatchObject({ verdict, why, expected: false });
  });

  it('an infrastructure error is an error, even when steps failed before it', () => {
    expect(judge({ ...clean, deviations: [failed], infraError: 'the disk is full' })).toMatchObject({
      verdict: 'error',
      expected: false,
      why: 'the disk is full',
      deviations: [failed],
    });
  });
});
