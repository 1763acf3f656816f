// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { runProgram } from '../../harness/host/program.ts';
import { cageArgv } from '../../harness/machine/qemu.ts';

it('takes every power from QEMU when the harness is root, and asks for none that others lack', () => {
  expect(cageArgv(false)).toEqual(['setpriv', '--pdeathsig', 'KILL', '--no-new-privs', '--']);
  expect(cageArgv(true)).toEqual(expect.arrayContaining(['--bounding-set=-all', '--inh-caps=-all']));
});

it('is a command that works here', async () => {
  const { stdout } = await runProgram([...cageArgv(), 'sh', '-c', 'grep NoNewPrivs /proc/self/status']);
  expect(stdout).toMatch(/NoNewPrivs:\s+1/);
});
