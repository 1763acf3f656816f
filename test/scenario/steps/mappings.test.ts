// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { Replies } from '../../../harness/guest/protocol.ts';
import { ranges } from '../../../harness/scenario/steps/mappings.ts';
import { stepTest } from './take-step.ts';

it.each([
  [[], ''],
  [[5], '5'],
  [[0, 1, 2, 3, 7], '0-3, 7'],
  [[1, 3, 5], '1, 3, 5'],
  [[0, 1, 3, 4], '0-1, 3-4'],
])('shortens pages %j', (pages, text) => expect(ranges(pages)).toBe(text));

/** A mapping of four pages with these present. */
const present = (...pages: number[]): Replies['pagemap'] => ({
  addr: '0x7f0000000000',
  pages: 4,
  present: pages.map((page) => ({ page, count: 1 })),
});

describe.each([
  ['none', present(), [present(0), present(0, 1, 2, 3)]],
  ['all', present(0, 1, 2, 3), [present(0, 1, 2), present()]],
  ['[0, 2]', present(0, 2), [present(0), present(0, 1, 2), present(1, 2), present()]],
])('expect: %s', (expected, right, wrong) => {
  it('is met when each process has exactly these pages', async () => {
    const { take, asked } = stepTest({ pagemap: right });
    expect((await take(`mappings: {processes: mappers, expect: ${expected}}`)).ok).toBe(true);
    expect(asked()).toEqual(['mappers/1', 'mappers/2'].map((process) => ['pagemap', { process }]));
  });

  it.each(wrong)('is not met when one process has others: %#', async (other) => {
    const { take } = stepTest({ pagemap: ({ process }) => (process === 'mappers/2' ? other : right) });
    const { ok, seen } = await take(`mappings: {processes: mappers, expect: ${expected}}`);
    expect(ok).toBe(false);
    expect(seen).toMatch(/^mappers\/2 has \d of 4 pages present/);
  });
});

it('shows which pages are there', async () => {
  expect(await stepTest({ pagemap: present(0, 1, 3) }).take('mappings: {processes: other, expect: none}')).toEqual({
    ok: false,
    wanted: 'no pages present in the mapping of every process of other',
    seen: 'other/1 has 3 of 4 pages present (0-1, 3)',
  });
});

it('is not met when the pagemap cannot be read', async () => {
  const { take } = stepTest({ pagemap: { addr: '0x0', pages: 4, present: [], call: 'open', error: 'EPERM' } });
  const { ok, seen } = await take('mappings: {processes: other, expect: none}');
  expect([ok, seen]).toEqual([false, 'reading the pagemap of other/1 returned EPERM']);
});

it('takes pages in runs', async () => {
  const runs = { addr: '0x0', pages: 4, present: [{ page: 1, count: 3 }] };
  const { seen } = await stepTest({ pagemap: runs }).take('mappings: {processes: other, expect: none}');
  expect(seen).toBe('other/1 has 3 of 4 pages present (1-3)');
});
