// SPDX-License-Identifier: GPL-2.0-only
// The lines of a series by breakpoints: where they stand, and when. test/machine/one-shot.test.ts has those of a real QEMU.

import { afterEach, expect, it, vi } from 'vitest';
import {
  breakpointsOf,
  BreakpointRecording,
  isBreakable,
  type BreakableLines,
} from '../../harness/guest/breakpoint-recording.ts';
import { chooseRecorder } from '../../harness/guest/recorder.ts';
import { FakeGuest } from './fake-guest.ts';

const lines: BreakableLines = {
  lines: [10, 11, 12].map((line) => ({ file: 'fs/dax.c', line, text: '' })),
  places: [
    { image: 'vmlinux', section: '.text', at: 0x100, line: 0, statement: true },
    { image: 'dm_mod', section: '.text', at: 0x20, line: 1, statement: true },
    { image: 'dm_mod', section: '.text', at: 0x25, line: 2, statement: true },
  ],
  functions: [{ name: 'dm_dax', image: 'dm_mod', section: '.text', start: 0x20, end: 0x30 }],
  patched: [
    {
      place: 1,
      instead: [
        { section: '.text', at: 0x25 },
        { section: '.text.unlikely', at: 0x8 },
      ],
    },
  ],
  notes: [],
};

const addresses = { 'dm_mod .text': '0xffffffffc0400000', 'dm_mod .text.unlikely': '0xffffffffc0500000' };

afterEach(() => void vi.unstubAllEnvs());

it('stands where nothing is patched, of what is loaded and was not executed', () => {
  expect(breakpointsOf(lines, addresses, new Set())).toEqual(
    new Map([
      [0xffffffffc0400025n, [1, 2]],
      [0xffffffffc0500008n, [1]],
    ]),
  );
  expect(breakpointsOf(lines, addresses, new Set([1]))).toEqual(new Map([[0xffffffffc0400025n, [2]]]));
  expect(breakpointsOf(lines, {}, new Set())).toEqual(new Map());
});

it('asks where the images are, the parts of them that are seldom executed included', async () => {
  const guest = new FakeGuest({
    read: ({ path }) => ({ data: path.endsWith('unlikely') ? '0xffffffffc0500000\n' : '0xffffffffc0400000\n' }),
  });
  const recording = BreakpointRecording.ofBoot(lines);
  await recording.locate(guest);
  expect(await recording.recorded()).toEqual({ lines: { addresses, places: [] } });
});

it('leaves a guest alone that has executed everything', async () => {
  const guest = new FakeGuest();
  const recording = BreakpointRecording.after(lines, { addresses, places: [0, 1, 2] });
  await recording.arm(guest.qemu);
  await recording.settle(guest);
  expect(guest.qemu.asked).toEqual([]);
  expect(await recording.recorded()).toEqual({ lines: { addresses, places: [0, 1, 2] } });
});

it('cannot be used for a kernel that was built before it was known what is patched', () => {
  const { patched, ...old } = lines;
  expect(patched).toHaveLength(1);
  expect([isBreakable(lines), isBreakable(old)]).toEqual([true, false]);
});

it('is chosen by the accelerator, unless it is asked for', () => {
  vi.stubEnv('HAZMAT_RECORDER', '');
  expect([chooseRecorder('tcg'), chooseRecorder('kvm')]).toEqual(['log', 'breakpoints']);
  vi.stubEnv('HAZMAT_RECORDER', 'breakpoints');
  expect(chooseRecorder('tcg')).toBe('breakpoints');
});
