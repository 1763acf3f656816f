// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { cxlDevice, fileOffset, pmemStart, ran, stepTest } from './take-step.ts';

const page3 = `0x${(pmemStart + fileOffset + 3 * 4096).toString(16)}`;
const line = (fields: string): string => `  irq/28-7  [001] .....  1.000000: ${fields}\n`;
const fatal = line(`cxl_general_media: memdev=mem0 log=Fatal : time=1 region=region0 hpa=${page3}`);
const other = line('cxl_general_media: memdev=mem0 log=Warning : time=1 region=region0 hpa=0x1000');

function traceOf(data: string): ReturnType<typeof stepTest> {
  return stepTest({ read: { data } }, { machine: 'cxl' });
}

const step = 'trace: {event: cxl_general_media, file: /mnt/data, page: 3, fields: {log: Fatal}}';

it('is met by an event with these fields that is about the page', async () => {
  const { take, asked } = traceOf(other + fatal);
  expect((await take(step)).ok).toBe(true);
  expect(asked().at(-1)).toEqual(['read', { path: '/sys/kernel/tracing/trace' }]);
});

it('takes addresses with and without 0x', async () => {
  expect((await traceOf(fatal.replace('hpa=0x', 'hpa=')).take(step)).ok).toBe(true);
});

it.each([
  ['another address', fatal.replace(page3, '0x2000')],
  ['another severity', fatal.replace('Fatal', 'Failure')],
  ['another event', fatal.replace('general_media', 'dram')],
  ['nothing', '# tracer: nop\n'],
])('is not met by %s', async (_what, text) => {
  const { ok, wanted } = await traceOf(text).take(step, 60);
  expect(ok).toBe(false);
  expect(wanted).toBe(`an event cxl_general_media with log=Fatal hpa=${page3}`);
});

it('knows a device by its serial number, whatever the kernel calls it', async () => {
  const run = ran(0, `${cxlDevice}\n`);
  const ofDevice = (text: string): Promise<{ ok: boolean }> =>
    stepTest({ run, read: { data: text } }, { machine: 'cxl' }).take(
      'trace: {event: cxl_general_media, memdev: mem0}',
      60,
    );
  expect((await ofDevice(fatal.replace('mem0', 'mem3'))).ok).toBe(true);
  expect((await ofDevice(fatal)).ok).toBe(false);
});

it('counts', async () => {
  const counted = (count: number): string =>
    `trace: {event: cxl_general_media, fields: {memdev: mem0}, count: ${count}}`;
  expect((await traceOf(other + fatal).take(counted(2), 60)).ok).toBe(true);
  expect((await traceOf(other + fatal).take(counted(1), 60)).ok).toBe(false);
  expect((await traceOf(other).take(counted(0), 60)).ok).toBe(false);
  expect((await traceOf('').take(counted(0), 60)).ok).toBe(true);
});

it('is an error of the infrastructure where there is no trace', async () => {
  const { take } = stepTest({ read: { data: '', call: 'open', error: 'ENOENT' } }, { machine: 'cxl' });
  await expect(take(step)).rejects.toThrow('reading /sys/kernel/tracing/trace returned ENOENT');
});
