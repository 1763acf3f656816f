// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { SetupFailed } from '../../harness/guest/guest-errors.ts';
import { projectRoot } from '../../harness/host/places.ts';
import { lastWords } from '../../harness/run/last-words.ts';
import { emulatorFault, lateMachineCheck, metEmulatorFault } from '../../harness/run/tcg-fault.ts';
import { readKernelLog } from '../../harness/verdict/kernel-log.ts';
import { readConsole } from '../../harness/verdict/log-line.ts';

const consoleOf = (golden: string): string => {
  const text = readFileSync(path.join(projectRoot, 'test/verdict/golden', golden), 'utf8');
  return text.slice(text.indexOf('\n\n') + 2);
};
const [race, oops] = [consoleOf('6.1-int3.txt'), consoleOf('6.1-divide-error.txt')];

test('an int3 that the kernel met is QEMU’s under TCG, and the kernel’s own elsewhere', () => {
  const [report] = readKernelLog(readConsole(race));
  if (report === undefined) throw new Error('the golden log has no report');
  expect(emulatorFault(report, 'tcg')).toBe(
    'QEMU ran an int3 that the kernel was patching (int3 in xfs_dax_notify_failure): a race of TCG, not of the kernel',
  );
  expect(emulatorFault(report, 'kvm')).toBeUndefined();
});

test.each(readdirSync(path.join(projectRoot, 'test/verdict/golden')).filter((name) => /^\d.*-.*\.txt$/.test(name)))(
  'a crash with flags that no CPU has is QEMU’s under TCG, any other the kernel’s: %s',
  (golden) => {
    const reports = readKernelLog(readConsole(consoleOf(golden))).filter(({ title }) => !title.startsWith('int3 in '));
    const fault = reports.map((report) => emulatorFault(report, 'tcg')).find((one) => one !== undefined);
    if (!golden.includes('impossible-flags')) expect(fault).toBeUndefined();
    else expect(fault).toMatch(/^QEMU's CPU was in a state that no CPU has, with EFLAGS (9fd3bf42|1fd44646) \(.+\)/);
    expect(reports.map((report) => emulatorFault(report, 'kvm'))).toEqual(reports.map(() => undefined));
  },
);

test('the empty frame at the end of a kernel thread’s stack is no fault of the emulator', () => {
  const ofThread = oops.replace(/^(.*)RSP: 0018:[0-9a-f]+ EFLAGS: [0-9a-f]+$/gm, (line, stamp: string) =>
    [
      line,
      `${stamp}RIP: 0000:0x0`,
      `${stamp}RSP: 0000:0000000000000000 EFLAGS: 00000000 ORIG_RAX: 0000000000000000`,
    ].join('\n'),
  );
  const reports = readKernelLog(readConsole(ofThread));
  expect(reports.flatMap(({ lines }) => lines.filter((line) => line.includes('EFLAGS: 00000000')))).not.toEqual([]);
  expect(reports.map((report) => emulatorFault(report, 'tcg'))).toEqual(reports.map(() => undefined));
});

test('a boot that failed met the fault only if its console says so', () => {
  const failed = (text: string, accelerator: 'tcg' | 'kvm' = 'tcg'): SetupFailed =>
    new SetupFailed('boot', new Error('gone'), [], text, { accelerator });
  expect(metEmulatorFault(failed(race))).toContain('a race of TCG');
  expect(metEmulatorFault(failed(oops))).toBeUndefined();
  expect(metEmulatorFault(failed(''))).toBeUndefined();
  expect(metEmulatorFault(failed(race, 'kvm'))).toBeUndefined();
});

// 6.12.118, QEMU 7.2.22: open(2) of a path in a page with dormant poison.
const died = `[   19.041394] mce: [Hardware Error]: CPU 1: Machine Check Exception: f Bank 8: bd80000000000134
[   19.046815] mce: [Hardware Error]: RIP 10:<ffffffffa0b52a15> {strncpy_from_user+0x85/0x100}
[   19.049403] mce: [Hardware Error]: TSC a46a1474b ADDR 10121b000 MISC 8c
[   19.051791] mce: [Hardware Error]: Machine check: Data load in unrecoverable area of kernel
[   19.052235] Kernel panic - not syncing: Fatal local machine check
[   19.055424] Kernel Offset: 0x1f400000 from 0xffffffff81000000 (relocation range: 0xffffffff80000000-0xffffffffbfffffff)`;

test('a machine check that was not taken at the load that consumed the poison is QEMU’s', () => {
  const [crash] = readKernelLog(readConsole(died));
  const [instruction, page] = [0xffffffffa0b52a11n, 0x10121b000];
  expect(lateMachineCheck(crash, [{ instruction, page }])).toMatch(
    /^QEMU took the machine check \(fatal machine check in strncpy_from_user\) after the load of poison at 0xffffffffa0b52a11, .* --qemu debian:trixie-backports$/,
  );
  // The kernel's own: at the load, of a page that the kernel did not load from, or of none at all.
  expect(lateMachineCheck(crash, [{ instruction: 0xffffffffa0b52a15n, page }])).toBeUndefined();
  expect(lateMachineCheck(crash, [{ instruction, page: page + 0x1000 }])).toBeUndefined();
  expect(lateMachineCheck(crash, [])).toBeUndefined();
  expect(lateMachineCheck(undefined, [{ instruction, page }])).toBeUndefined();
  const [other] = readKernelLog(readConsole(oops));
  expect(lateMachineCheck(other, [{ instruction, page }])).toBeUndefined();
});

test('of several machine checks the last one was fatal', () => {
  const survived = `[   12.000000] mce: [Hardware Error]: Machine check events logged
[   12.000001] mce: [Hardware Error]: CPU 1: Machine Check: 0 Bank 8: bd80000000000134
[   12.000002] mce: [Hardware Error]: RIP 10:<ffffffffa0b52a11> {strncpy_from_user+0x81/0x100}
[   12.000003] mce: [Hardware Error]: TSC a46a1474b ADDR 10121b000 MISC 8c
`;
  const [crash] = readKernelLog(readConsole(survived + died));
  const load = { instruction: 0xffffffffa0b52a11n, page: 0x10121b000 };
  expect(lateMachineCheck(crash, [load])).toContain('after the load of poison');
  // The panic is on the console only: what was logged before is not what makes it news.
  expect(lastWords(readConsole(survived + died), { afterUs: 15_000_000 }).map(({ title }) => title)).toEqual([
    'fatal machine check in strncpy_from_user',
  ]);
});
