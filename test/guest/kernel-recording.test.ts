// SPDX-License-Identifier: GPL-2.0-only
// What a guest executes of its whole kernel: in which phase, in which section, wherever they are.

import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { KernelRecording } from '../../harness/guest/kernel-recording.ts';
import type { ExecutedKernel } from '../../harness/kernel/executed/executed-file.ts';
import type { SeriesLines } from '../../harness/kernel/lines/series-lines.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { FakeGuest } from './fake-guest.ts';

const insn = (address: string): string => `${address}:  48 89 e5                 movq     %rsp, %rbp\n`;

/** A guest with its kernel here and modules there: `MODULE SECTION` to addresses. */
function guestAt(text: string, sections: Record<string, string>): FakeGuest {
  const lines = Object.entries(sections).map(([key, address]) => {
    const [module = '', section = ''] = key.split(' ');
    return `/sys/module/${module}/sections/${section}:${address}`;
  });
  const modules = [...new Set(Object.keys(sections).map((key) => `${key.split(' ')[0] ?? ''} 4096 0 - Live 0x0\n`))];
  return new FakeGuest({
    run: ({ argv }) => ({
      exit: 0,
      stdout: argv.includes('/proc/kallsyms') ? `${text} T _text\n` : `${lines.join('\n')}\n`,
      stderr: '',
      durationMs: 1,
    }),
    read: { data: modules.join('') },
  });
}

const saved: ExecutedKernel = {
  addresses: { 'vmlinux .text': '0xffffffff81000000', 'xfs .text': '0xffffffffc0400000' },
  phases: [{ phase: 'boot', step: undefined, sections: new Map([['vmlinux .text', [0, 3]]]) }],
  unknown: 0,
};

const file = (): string => path.join(temporaryFolder(), 'executed.log');

async function phasesOf(recording: KernelRecording): Promise<unknown> {
  const { kernel } = await recording.recorded();
  return kernel?.phases.map(({ phase, step, sections }) => [phase, step, Object.fromEntries(sections)]);
}

it('a boot is known once it is asked where everything is; code that initialized a module is left out', async () => {
  const log = file();
  const recording = KernelRecording.ofBoot(undefined, log);
  writeFileSync(log, insn('0xffffffffaf000010') + insn('0xffffffffc0000020') + insn('0xffffffffaf000013'));
  const sections = { 'xfs .text': '0xffffffffc0000000', 'xfs .init.text': '0xffffffffc0000010' };
  await recording.locate(guestAt('ffffffffaf000000', sections));
  expect(await phasesOf(recording)).toEqual([
    ['boot', undefined, { 'vmlinux .text': [0x10, 0x16], 'xfs .text': [0x20, 0x23] }],
  ]);
  expect(existsSync(log)).toBe(false);
});

it('tells apart what was executed before, at the start of a fork, and first in which step', async () => {
  const log = file();
  const recording = KernelRecording.after(undefined, saved, log, 'start');
  writeFileSync(log, insn('0xffffffff81000100'));
  recording.startStep(0);
  appendFileSync(log, insn('0xffffffffc0400000'));
  recording.startStep(1);
  appendFileSync(log, insn('0xffffffff81000200'));
  expect(await phasesOf(recording)).toEqual([
    ['boot', undefined, { 'vmlinux .text': [0, 3] }],
    ['start', undefined, { 'vmlinux .text': [0x100, 0x103] }],
    ['step', 0, { 'xfs .text': [0, 3] }],
    ['step', 1, { 'vmlinux .text': [0x200, 0x203] }],
  ]);
});

it('the stages of a setup are one phase', async () => {
  const log = file();
  const before = {
    ...saved,
    phases: [...saved.phases, { phase: 'setup' as const, sections: new Map([['xfs .text', [0, 3]]]) }],
  };
  const recording = KernelRecording.after(undefined, before, log, 'setup');
  writeFileSync(log, insn('0xffffffffc0400003'));
  expect(await phasesOf(recording)).toEqual([
    ['boot', undefined, { 'vmlinux .text': [0, 3] }],
    ['setup', undefined, { 'xfs .text': [0, 6] }],
  ]);
});

it('after a reboot everything is elsewhere', async () => {
  const log = file();
  const recording = KernelRecording.after(undefined, saved, log, 'start');
  writeFileSync(log, insn('0xffffffff81000100'));
  const mark = recording.mark();
  recording.startStep(0);
  appendFileSync(log, insn('0xffffffffa1000100') + insn('0xffffffffc0900000'));
  await recording.rebooted(guestAt('ffffffffa1000000', { 'xfs .text': '0xffffffffc0900000' }), mark);
  expect(await phasesOf(recording)).toEqual([
    ['boot', undefined, { 'vmlinux .text': [0, 3] }],
    ['start', undefined, { 'vmlinux .text': [0x100, 0x103] }],
    ['reboot', 0, { 'vmlinux .text': [0x100, 0x103], 'xfs .text': [0, 3] }],
  ]);
});

it('asks at the end for modules that were loaded meanwhile, and for nothing when there are none', async () => {
  const log = file();
  const late = KernelRecording.after(undefined, saved, log, 'start');
  writeFileSync(log, insn('0xffffffffc8500010'));
  const guest = guestAt('ffffffff81000000', { 'xfs .text': '0xffffffffc0400000', 'loop .text': '0xffffffffc8500000' });
  await late.settle(guest);
  expect(await phasesOf(late)).toContainEqual(['start', undefined, { 'loop .text': [0x10, 0x13] }]);
  const same = KernelRecording.after(undefined, saved, file(), 'start');
  const quiet = guestAt('ffffffff81000000', { 'xfs .text': '0xffffffffc0400000' });
  await same.settle(quiet);
  expect(quiet.asked.map(({ op }) => op)).toEqual(['read']);
});

it('counts what lies in nothing that is known', async () => {
  const log = file();
  const recording = KernelRecording.after(undefined, saved, log, 'start');
  writeFileSync(log, insn('0xffffffff80000000') + insn('0xffffffffd0000000'));
  expect((await recording.recorded()).kernel?.unknown).toBe(6);
});

it('says of the lines of a series the same as a recording of them', async () => {
  const lines: SeriesLines = {
    lines: [10, 11, 12].map((line) => ({ file: 'fs/xfs/xfs_file.c', line, text: '' })),
    places: [0, 0x103, 0x200].map((at, line) => ({ image: 'xfs', section: '.text', at, line, statement: true })),
    functions: [{ name: 'xfs_a', image: 'xfs', section: '.text', start: 0, end: 0x300 }],
    notes: [],
  };
  const log = file();
  const recording = KernelRecording.after(lines, saved, log, 'start');
  writeFileSync(log, insn('0xffffffffc0400100') + insn('0xffffffffc0400103'));
  expect((await recording.recorded()).lines).toEqual({
    addresses: { 'xfs .text': '0xffffffffc0400000' },
    places: [1],
  });
});
