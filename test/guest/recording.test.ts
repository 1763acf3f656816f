// SPDX-License-Identifier: GPL-2.0-only
// From QEMU's log of translated instructions to the places of a series' lines.

import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { rangesOf, Recording } from '../../harness/guest/recording.ts';
import type { SeriesLines } from '../../harness/kernel/lines/series-lines.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { FakeGuest } from './fake-guest.ts';

const lines: SeriesLines = {
  lines: [10, 11, 12].map((line) => ({ file: 'fs/dax.c', line, text: '' })),
  places: [
    { image: 'vmlinux', section: '.text', at: 0x100, line: 0, statement: true },
    { image: 'vmlinux', section: '.text', at: 0x108, line: 1, statement: true },
    { image: 'dm_mod', section: '.text', at: 0x20, line: 2, statement: true },
  ],
  functions: [
    { name: 'dax_lock', image: 'vmlinux', section: '.text', start: 0x100, end: 0x140 },
    { name: 'dm_dax', image: 'dm_mod', section: '.text', start: 0x20, end: 0x30 },
  ],
  notes: [],
};

const block = (...addresses: string[]): string =>
  `----------------\nIN: \n${addresses.map((address) => `${address}:  48 89 e5                 movq     %rsp, %rbp\n`).join('')}`;

const before = { 'vmlinux .text': '0xffffffff81000000', 'dm_mod .text': '0xffffffffc0400000' };

it('asks QEMU for whole functions, and for nothing that is not loaded', () => {
  expect(rangesOf(lines, before)).toEqual([
    [0xffffffff81000100n, 0xffffffff8100013fn],
    [0xffffffffc0400020n, 0xffffffffc040002fn],
  ]);
  expect(rangesOf(lines, { 'vmlinux .text': '0xffffffff81000000' })).toHaveLength(1);
});

it('adds what was executed to what was executed before, and leaves no log', async () => {
  const file = path.join(temporaryFolder(), 'executed.log');
  const recording = Recording.after(lines, { addresses: before, places: [1] }, file);
  writeFileSync(file, `${block('0xffffffff81000100', '0xffffffff81000104')}${block('0xffffffffc0400024')}`);
  expect(await recording.recorded()).toEqual({ lines: { addresses: before, places: [0, 1] } });
  expect(existsSync(file)).toBe(false);
});

it('reads what follows a reboot by the addresses after it', async () => {
  const file = path.join(temporaryFolder(), 'executed.log');
  const recording = Recording.after(lines, { addresses: before, places: [] }, file, true);
  writeFileSync(file, block('0xffffffffa1000108'));
  const mark = recording.mark();
  const rebooted = new FakeGuest({
    run: () => ({ exit: 0, stdout: 'ffffffffa1000000 T _text\n', stderr: '', durationMs: 1 }),
    read: { data: '', error: 'ENOENT' },
  });
  writeFileSync(file, block('0xffffffffa1000108') + block('0xffffffffa1000100', '0xffffffff81000108'));
  await recording.rebooted(rebooted, mark);
  expect((await recording.recorded()).lines.places).toEqual([0]);
});

it('a guest that executed nothing of it leaves no log', async () => {
  const recording = Recording.after(lines, { addresses: before, places: [2] }, '/nonexistent/executed.log');
  expect((await recording.recorded()).lines.places).toEqual([2]);
});

it('asks the guest where its images are', async () => {
  const guest = new FakeGuest({
    run: () => ({ exit: 0, stdout: 'ffffffff81000000 T _text\n', stderr: '', durationMs: 1 }),
    read: ({ path: file }) =>
      file.includes('dm_mod') ? { data: '0xffffffffc0400000\n' } : { data: '', error: 'ENOENT' },
  });
  const recording = Recording.ofBoot(lines, '/nonexistent/executed.log');
  await recording.locate(guest);
  expect(await recording.recorded()).toEqual({ lines: { addresses: before, places: [] } });
});
