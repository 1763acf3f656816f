// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { commandLine } from '../../harness/machine/argv.ts';
import { steadyKhz } from '../../harness/machine/tsc-frequency.ts';

it('is in whole MHz, and stays what it was unless it differs by more than two measurements do', () => {
  expect(steadyKhz(2_596_130, undefined)).toBe(2_596_000);
  expect([steadyKhz(2_596_501, 2_596_000), steadyKhz(2_594_900, 2_596_000)]).toEqual([2_596_000, 2_596_000]);
  expect(steadyKhz(3_000_010, 2_596_000)).toBe(3_000_000);
});

it('is on the command line before further words', () => {
  expect(commandLine({}, 'quiet', 2_596_000)).toMatch(/ nopti tsc_early_khz=2596000 quiet$/);
  expect(commandLine({}, '', undefined)).toMatch(/ nopti$/);
  expect(commandLine({ 'command-line': ['mce=recovery'] }, 'quiet', undefined)).toMatch(/ mce=recovery quiet$/);
});
