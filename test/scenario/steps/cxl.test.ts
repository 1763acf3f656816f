// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import type { Answers } from '../../guest/fake-guest.ts';
import { cxlDevice, ran, stepTest } from './take-step.ts';

const folder = '/sys/bus/cxl/devices';

/** A guest that has these files. */
function guestWith(...files: string[]): Answers {
  return {
    run: ({ argv }) => (argv[0] === 'sh' ? ran(0, `${cxlDevice}\n`) : ran(files.includes(argv.at(-1) ?? '') ? 0 : 1)),
  };
}

it.each([
  ['enabled', [`${folder}/mem3`, `${folder}/mem3/driver`]],
  ['disabled', [`${folder}/mem3`]],
  ['gone', []],
])('finds the device by its serial number, and that it is %s', async (state, files) => {
  const { take } = stepTest(guestWith(...files), { machine: 'cxl' });
  expect(await take(`cxl: {memdev: mem0, expect: ${state}}`)).toEqual({ ok: true, seen: `mem0 is ${state}` });
  const other = state === 'gone' ? 'enabled' : 'gone';
  expect(await take(`cxl: {memdev: mem0, expect: ${other}}`, 60)).toEqual({
    ok: false,
    wanted: `mem0 is ${other}`,
    seen: `mem0 is ${state}`,
  });
});

it('looks at a region by its name', async () => {
  const { take } = stepTest(guestWith(`${folder}/region0`), { machine: 'cxl' });
  expect((await take('cxl: {region: region0, expect: disabled}')).ok).toBe(true);
});

it('knows a device that is gone by where it was', async () => {
  let isThere = true;
  const { take } = stepTest(
    { run: ({ argv }) => (argv[0] === 'sh' ? ran(isThere ? 0 : 1, isThere ? `${cxlDevice}\n` : '') : ran(1)) },
    { machine: 'cxl' },
  );
  await take('cxl: {memdev: mem0, expect: gone}');
  isThere = false;
  expect((await take('cxl: {memdev: mem0, expect: gone}')).ok).toBe(true);
});

it('is an error of the infrastructure for a device that never was', async () => {
  const { take } = stepTest({ run: ran(1) }, { machine: 'cxl' });
  await expect(take('cxl: {memdev: mem0, expect: gone}')).rejects.toThrow(
    'the kernel has no CXL device with the serial number 0x1000',
  );
});

it.each([
  ['{memdev: mem1, expect: gone}', 'this scenario has no CXL device `mem1`'],
  ['{region: region1, expect: gone}', 'this scenario has no region `region1`'],
  ['{memdev: mem0, region: region0, expect: gone}', 'needs either `memdev` or `region`'],
])('refuses %s', async (args, why) => {
  await expect(stepTest({}, { machine: 'cxl' }).take(`cxl: ${args}`)).rejects.toThrow(why);
});
