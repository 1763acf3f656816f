// SPDX-License-Identifier: GPL-2.0-only
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { UsageError } from '../../harness/host/errors.ts';
import { qemuVersion } from '../../harness/machine/version.ts';
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
  expect(await qemuVersion()).toMatch(/^\d+\.\d+\.\d+/);
});

it.each([
  ['QEMU emulator version 7.2.22 (Debian 1:7.2+dfsg-7)', '7.2.22 (Debian 1:7.2+dfsg-7)'],
  ['QEMU emulator version 10.0.2', '10.0.2'],
])('reads %s', async (text, version) => {
  printing(text);
  expect(await qemuVersion()).toBe(version);
});

it.each(['QEMU emulator version 7.1.0', 'QEMU emulator version 5.2.0 (Debian 1:5.2)'])('refuses %s', async (text) => {
  printing(text);
  await expect(qemuVersion()).rejects.toThrow(UsageError);
});
