// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { withTime } from '../../harness/scenario/takes.ts';

const done = { ok: true, seen: 'pmem0 unbound' };

it('a step in time is as it was, with what it took', () => {
  expect(withTime(done, { tookMs: 900, takesMs: 100, slowdown: 12 })).toEqual({
    ...done,
    notes: ['took 900 ms, of at most 1.2 s'],
  });
});

it('a step that took too long failed, and the next one runs', () => {
  expect(withTime({ ...done, notes: ['a note'] }, { tookMs: 1300, takesMs: 100, slowdown: 12 })).toEqual({
    ok: false,
    wasDone: true,
    wanted: 'at most 100 ms, which is 1.2 s in a guest that is 12.0 times slower than under KVM',
    seen: 'pmem0 unbound, but it took 1.3 s',
    notes: ['a note', 'took 1.3 s, of at most 1.2 s'],
  });
});

it('of a step that failed the time says nothing', () => {
  const failed = { ok: false, wanted: 'a', seen: 'b' };
  expect(withTime(failed, { tookMs: 1300, takesMs: 100, slowdown: 1 })).toBe(failed);
});
