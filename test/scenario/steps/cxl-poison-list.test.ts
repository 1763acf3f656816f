// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { cxlDevice, fileOffset, pmemStart, ran, stepTest } from './take-step.ts';

const page = (number: number): number => pmemStart + fileOffset + number * 4096;
const listed = (address: number, bytes: number): string =>
  `  sh-7  [001] .....  1.000000: cxl_poison: memdev=mem3 trace_type=List region=region0 hpa=0x${address.toString(16)} dpa_length=0x${bytes.toString(16)} source=Injected\n`;

/** A guest whose device lists these entries when it is asked; the trace has something else before. */
function deviceWith(...entries: string[]): ReturnType<typeof stepTest> {
  let text = listed(page(7), 64) + listed(0x1000, 64).replace('List', 'Inject');
  return stepTest(
    {
      run: ran(0, `${cxlDevice}\n`),
      read: () => ({ data: text }),
      write: () => {
        text += entries.join('');
        return { result: 1, call: 'write', durationMs: 1 };
      },
    },
    { machine: 'cxl' },
  );
}

const expectPages = (...pages: string[]): string =>
  `cxl-poison-list: {memdev: mem0, expect: ${pages.length === 0 ? 'none' : `[${pages.join(', ')}]`}}`;
const [page3, page4] = ['{page: 3, file: /mnt/data}', '{page: 4, file: /mnt/data}'];

it('asks the kernel to list, and counts only what it lists then', async () => {
  const { take, asked } = deviceWith();
  expect(await take(expectPages())).toEqual({ ok: true, seen: 'no poison' });
  expect(asked()).toContainEqual(['write', { path: '/sys/bus/cxl/devices/mem3/trigger_poison_list', data: '1' }]);
});

it('is met by exactly these pages, however the device splits them', async () => {
  expect((await deviceWith(listed(page(3), 4096)).take(expectPages(page3))).ok).toBe(true);
  const split = deviceWith(listed(page(3) + 64, 4032), listed(page(4), 4096), listed(page(3), 64));
  expect((await split.take(expectPages(page4, page3))).ok).toBe(true);
});

it.each([
  ['nothing', []],
  ['a part of the page', [listed(page(3), 64)]],
  ['another page', [listed(page(2), 4096)]],
  ['a page more', [listed(page(3), 4096), listed(page(6), 4096)]],
])('is not met by %s', async (_what, entries) => {
  expect(await deviceWith(...entries).take(expectPages(page3))).toMatchObject({
    ok: false,
    wanted: `4096 bytes at 0x${page(3).toString(16)}`,
  });
});

it('takes a part of a page that is asked for', async () => {
  const { take } = deviceWith(listed(page(3), 64));
  expect((await take(expectPages('{page: 3, file: /mnt/data, bytes: 64}'))).ok).toBe(true);
});
