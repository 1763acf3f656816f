// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { exitCodeOf } from '../../harness/results/exit-code.ts';
import { ended, oops, planned, spin, wraps } from './story.ts';

const cell = planned('poison/load', 'debian:6.12');
const pass = ended(cell);
const skip = ended(cell, { verdict: 'skip', why: 'too old' });
const known = ended(cell, { ...spin, expected: true, known: wraps });
const crash = ended(cell, oops);
const broken = ended(cell, { verdict: 'error', why: 'no guest' });

const unbuilt = ended(cell, { verdict: 'unbuilt', why: 'it does not compile' });

test.each([
  ['a kernel that cannot be made of what was given', [pass, unbuilt], [], 2],
  ['the kernel deviates, another cannot be made', [crash, unbuilt], [], 1],
  ['all as expected', [pass, skip, known], [], 0],
  ['an unexpected crash', [pass, crash], [], 1],
  ['a fail and a hang count as a crash does', [ended(cell, { verdict: 'fail' })], [], 1],
  ['a hang that nobody knows', [ended(cell, spin)], [], 1],
  ['a broken cell', [pass, broken], [], 3],
  ['a broken cell is the lab, even if called expected', [ended(cell, { verdict: 'error', expected: true })], [], 3],
  ['the kernel deviates and the lab failed: the deviation wins', [broken, crash], [cell], 1],
  ['a cell without a verdict', [pass], [cell], 3],
  ['nothing ran', [], [], 3],
])('%s', (_name, cells, unfinished, code) => {
  expect(exitCodeOf(cells, unfinished)).toBe(code);
});
