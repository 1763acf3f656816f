// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { expectedPanicOf } from '../../harness/verdict/expected-panic.ts';
import { judge, type CellEvidence, type ObservedCrash } from '../../harness/verdict/judge.ts';
import { readKernelLog } from '../../harness/verdict/kernel-log.ts';
import { readConsole } from '../../harness/verdict/log-line.ts';

const title = 'kernel panic: GHES: Fatal hardware error';
/** Three steps, of which the second is the last expectation. */
const panics = { title, from: 2, steps: 3 };

function panicIn(stepIndex: number | undefined, what = 'GHES: Fatal hardware error'): ObservedCrash[] {
  const log = `[    1.000000] Kernel panic - not syncing: ${what}\n`;
  const where = stepIndex === undefined ? {} : { step: 'poison', stepIndex };
  return readKernelLog(readConsole(log)).map((report) => ({ report, ...where }));
}

const clean: CellEvidence = {
  deviations: [],
  crashes: [],
  stepsRun: 3,
  known: [],
  kernelVersion: '6.12.107',
  allow: [],
  panics,
};

describe('a panic that a scenario expects', () => {
  it('is a pass, also when the guest is gone with it', () => {
    const evidence: CellEvidence = {
      ...clean,
      crashes: panicIn(2),
      stepsRun: 2,
      guestEnd: 'gone',
      infraError: 'QEMU ended',
    };
    expect(judge(evidence)).toMatchObject({
      verdict: 'pass',
      expected: true,
      why: `the kernel panicked as expected during poison: ${title}`,
      deviations: [],
    });
  });

  it('may come after the last step', () => {
    expect(judge({ ...clean, crashes: panicIn(undefined) }).verdict).toBe('pass');
  });

  it('that does not come is a failure', () => {
    const { verdict, expected, deviations } = judge(clean);
    expect([verdict, expected]).toEqual(['fail', false]);
    expect(deviations).toMatchObject([{ title: 'the kernel did not panic', wanted: `the kernel panics: ${title}` }]);
  });

  it.each([
    ['before the last expectation', { crashes: panicIn(1), stepsRun: 1 }],
    ['before the first step', { crashes: panicIn(undefined), stepsRun: 0 }],
    ['with another title', { crashes: panicIn(2, 'Attempted to kill init!') }],
  ])('that comes %s is a crash', (_what, evidence) => {
    expect(judge({ ...clean, ...evidence })).toMatchObject({ verdict: 'crash', expected: false });
  });

  it('does not cover an expectation that was not met before', () => {
    const failed = { kind: 'fail', step: 'signals', stepIndex: 1, title: 'signals: none' } as const;
    expect(judge({ ...clean, crashes: panicIn(2), deviations: [failed] })).toMatchObject({
      verdict: 'crash',
      expected: false,
    });
  });

  it.each([
    ['skip', { skip: 'this kernel has no GHES', stepsRun: 0 }],
    ['error', { infraError: 'the disk is full' }],
    ['unbuilt', { unbuilt: 'ghes.c does not compile' }],
  ])('is not missed in a cell that was not run: %s', (verdict, evidence) => {
    expect(judge({ ...clean, ...evidence })).toMatchObject({ verdict, deviations: [] });
  });
});

it('is none where the scenario expects none', () => {
  expect(expectedPanicOf(undefined, panicIn(2), 3)).toBeUndefined();
  expect(judge({ ...clean, panics: undefined, crashes: panicIn(2) }).verdict).toBe('crash');
});
