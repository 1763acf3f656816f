// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { CrashedMeanwhile, unlessCrashed } from '../../harness/run/crashed-meanwhile.ts';
import { Evidence } from '../../harness/run/evidence.ts';
import { goldenLines } from './logs.ts';

const where = { step: 'unbind', stepIndex: 1 };
const guest = { now: () => performance.now() };
const oops = goldenLines('6.1-kernel-bug');

/** Waits for a step that ends after so many milliseconds, during which the kernel logged `lines`. */
async function wait(
  lines: typeof oops,
  options: { endsMs: number; withinMs: number; allow?: string[] },
): Promise<string> {
  const evidence = new Evidence({ allow: options.allow ?? [] });
  setTimeout(() => evidence.add({ type: 'log', lines, where }), 1);
  const step = new Promise<string>((resolve) => setTimeout(resolve, options.endsMs, 'ended'));
  return unlessCrashed(step, { evidence, guest, withinMs: options.withinMs, where });
}

test('a step that does not end after a crash is given up, with the crash', async () => {
  const given = wait(oops, { endsMs: 60_000, withinMs: 10 });
  await expect(given).rejects.toThrow(CrashedMeanwhile);
  await expect(given).rejects.toThrow('the kernel crashed: kernel BUG in dax_insert_entry');
});

test('a step that ends in time gives what it gives', async () => {
  expect(await wait(oops, { endsMs: 150, withinMs: 60_000 })).toBe('ended');
});

test('a report that is allowed, or that says nothing of a dead task, ends no step', async () => {
  expect(await wait(oops, { endsMs: 400, withinMs: 10, allow: ['kernel BUG in *'] })).toBe('ended');
  expect(await wait(goldenLines('7.2-rcu-stall'), { endsMs: 400, withinMs: 10 })).toBe('ended');
  expect(await wait([], { endsMs: 400, withinMs: 10 })).toBe('ended');
});
