// SPDX-License-Identifier: GPL-2.0-only
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { UsageError } from '../../harness/host/errors.ts';
import { checkQemuWord, isAtLeast, qemuOf } from '../../harness/machine/qemu-program.ts';
import { temporaryFolder } from '../host/temporary.ts';

afterEach(() => void vi.unstubAllEnvs());

/** Puts a program in front of QEMU that prints this for --version. */
function printing(text: string): void {
  const folder = temporaryFolder();
  const program = path.join(folder, 'qemu-system-x86_64');
  writeFileSync(program, `#!/bin/sh\nprintf '%s\\n' '${text}'\n`);
  chmodSync(program, 0o755);
  vi.stubEnv('PATH', `${folder}:${process.env.PATH ?? ''}`);
}

it('reads the version of the QEMU that is installed', async () => {
  expect((await qemuOf('host')).version).toMatch(/^\d+\.\d+\.\d+/);
});

it.each([
  ['QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)', '7.2.22 (Debian 1:7.2+dfsg-7)'],
  ['QEMU emulator version 10.0.2', '10.0.2'],
])('reads %s', async (text, version) => {
  printing(text);
  expect((await qemuOf('host')).version).toBe(version);
});

it.each(['QEMU emulator version 7.1.0', 'QEMU emulator version 5.2.0 (Debian 1:5.2)'])('refuses %s', async (text) => {
  printing(text);
  await expect(qemuOf('host')).rejects.toThrow(UsageError);
});

it('takes a program by its path', async () => {
  printing('QEMU emulator version 11.1.3');
  const program = path.join(process.env.PATH?.split(':')[0] ?? '', 'qemu-system-x86_64');
  checkQemuWord(program);
  expect(await qemuOf(program)).toEqual({ argv: [program], version: '11.1.3' });
});

it.each([
  ['debian:potato', /no QEMU `debian:potato`/],
  ['trixie', /`trixie` is no QEMU/],
  ['/nonesuch/qemu', /no program that can be executed/],
])('refuses %s', (word, message) => {
  expect(() => checkQemuWord(word)).toThrow(message);
});

it('compares versions', () => {
  expect(isAtLeast('7.2.22 (Debian 1:7.2+dfsg-7)', [7, 2])).toBe(true);
  expect(isAtLeast('10.0.13', [9, 2])).toBe(true);
  expect(isAtLeast('9.2.0', [10, 0])).toBe(false);
  expect(isAtLeast('11.0.9', [11, 1])).toBe(false);
});
