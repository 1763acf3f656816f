// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import type { Answers } from '../../guest/fake-guest.ts';
import { fileOffset, pmemStart, stepTest } from './take-step.ts';

const step = 'clear-error: {file: /mnt/data, page: 3}';
const refused = 'clear-error: {file: /mnt/data, page: 3, returns: EBUSY}';
/** A bus that scrubs. */
const works: Answers = { read: { data: '2\n' }, 'clear-error': { status: 0, cleared: 4096 } };

it('asks the bus for the physical address of each page', async () => {
  const { take, asked } = stepTest(works);
  expect((await take(step)).ok).toBe(true);
  const address = pmemStart + fileOffset + 3 * 4096;
  expect(asked().at(-1)).toEqual(['clear-error', { bus: '/dev/ndctl0', address, length: 4096 }]);
});

it('is met by the error that is expected, and by no other', async () => {
  const { take } = stepTest({ ...works, 'clear-error': { call: 'ioctl', error: 'EBUSY' } });
  expect((await take(refused)).ok).toBe(true);
  expect(await take(step)).toMatchObject({ ok: false, wanted: 'the error is cleared' });
  const { take: takeOther } = stepTest(works);
  expect(await takeOther(refused)).toMatchObject({ ok: false, wanted: 'it returns EBUSY' });
});

it('is not met when the platform clears less', async () => {
  const { take } = stepTest({ ...works, 'clear-error': { status: 0, cleared: 512 } });
  expect((await take(step)).seen).toContain('status 0, 512 bytes cleared');
});

it('needs a bus that knows media errors', async () => {
  const { take } = stepTest({ read: { data: '', call: 'open', error: 'ENOENT' } });
  await expect(take(step)).rejects.toThrow('no NVDIMM bus of the guest can scrub');
});
