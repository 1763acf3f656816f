// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { deviationLines, headline, isEnded, notRunReason } from '../../harness/report/cell-lines.ts';
import type { Deviation } from '../../harness/results/events.ts';
import { ended, oops, planned, spin } from '../results/story.ts';

test.each<[Partial<Deviation>, string]>([
  [{ step: 'signals', title: 'nobody was signaled' }, 'fail in signals: nobody was signaled'],
  [{ step: 'signals', title: 'signals: nobody was signaled' }, 'fail in signals: nobody was signaled'],
  [{ title: 'nobody was signaled' }, 'fail: nobody was signaled'],
  [{ kind: 'hang', step: 'unbind', title: 'hang in unbind: it spins' }, 'hang in unbind: it spins'],
])('%j is `%s`', (deviation, text) => {
  expect(headline({ kind: 'fail', title: '', ...deviation })).toBe(text);
});

test('a deviation as lines: only what is there', () => {
  const cell = ended(planned('remove/rebind', 'debian:7.2'), spin);
  expect(cell.deviations.flatMap((deviation) => deviationLines(cell, deviation))).toEqual([
    'hang in unbind: CPU 1 spins in mf_dax_kill_procs',
    '  expected: the unbind of pmem0 returns within 10 s',
    expect.stringMatching(/^ {2}seen: sh \(pid 212\)/),
    '  evidence: debian-7.2/remove/rebind/dmesg',
  ]);
  expect(deviationLines(cell, { kind: 'fail', title: 'x' })).toEqual(['fail: x']);
});

test('a planned cell has not ended', () => {
  const cell = planned('a', 'debian:7.2');
  expect([isEnded(cell), isEnded(ended(cell, oops))]).toEqual([false, true]);
});

test('why a cell was not run', () => {
  expect(notRunReason({ interrupted: true })).toBe('the run was interrupted');
  expect(notRunReason({ interrupted: false })).toBe('the run ended before they started');
});
