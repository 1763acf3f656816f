// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { exitCodeOf } from '../../harness/results/exit-code.ts';
import { ended, oops, planned, spin, wraps } from './story.ts';

const cell = planned('poison/load', 'debian:6.12');
const pass = ended(cell);
const skip = ended(cell, { verdict: 'skip', why: 'too old' });
const known = ended(cell, { ...spin, expected: true, known: wraps });
const crash = ended(cell, oops);
const error = ended(cell, { verdict: 'error', why: 'no guest' });

const unbuilt = ended(cell, { verdict: 'unbuilt', why: 'it does not compile' });

test.each([
  ['no kernel could be built from what was given', [pass, unbuilt], [], 2],
  ['the kernel deviates, another cannot be built', [crash, unbuilt], [], 1],
  ['all as expected', [pass, skip, known], [], 0],
  ['an unexpected crash', [pass, crash], [], 1],
  ['a fail and a hang count as a crash does', [ended(cell, { verdict: 'fail' })], [], 1],
  ['an unexpected hang', [ended(cell, spin)], [], 1],
  ['an infrastructure error', [pass, error], [], 3],
  ['an error is never the kernel, even if called expected', [ended(cell, { verdict: 'error', expected: true })], [], 3],
  ['the kernel deviates, an infrastructure error elsewhere: the deviation wins', [error, crash], [cell], 1],
  ['a cell without a verdict', [pass], [cell], 3],
  ['nothing ran', [], [], 3],
])('%s', (_name, cells, unfinished, code) => {
  expect(exitCodeOf(cells, unfinished)).toBe(code);
});

test('when all was left out on purpose, nothing is lost', () => {
  const dropped = [{ id: 'x', scenario: 'x', kernel: '6.12', why: 'unchanged' }];
  expect(exitCodeOf([], [], dropped)).toBe(0);
  expect(exitCodeOf([], [cell], dropped)).toBe(3);
});
