// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { SetupFailed } from '../../harness/guest/guest-errors.ts';
import { projectRoot } from '../../harness/host/places.ts';
import { metTextPatchingRace, textPatchingRace } from '../../harness/run/tcg-race.ts';
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
  expect(textPatchingRace(report, 'tcg')).toBe(
    'QEMU ran an int3 that the kernel was patching (int3 in xfs_dax_notify_failure): a race of TCG, not of the kernel',
  );
  expect(textPatchingRace(report, 'kvm')).toBeUndefined();
});

test('a boot that failed met the race only if its console says so', () => {
  const failed = (text: string): SetupFailed => new SetupFailed('boot', new Error('gone'), [], text);
  expect(metTextPatchingRace(failed(race), 'tcg')).toContain('a race of TCG');
  expect(metTextPatchingRace(failed(oops), 'tcg')).toBeUndefined();
  expect(metTextPatchingRace(failed(''), 'tcg')).toBeUndefined();
});
