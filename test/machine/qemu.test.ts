// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { renderError } from '../../harness/host/errors.ts';
import { runProgram } from '../../harness/host/program.ts';
import { cageArgv, killAll, Qemu } from '../../harness/machine/qemu.ts';
import { queryStatus } from '../../harness/machine/queries.ts';
import { anotherProcess, firstLine } from '../host/another-process.ts';
import { isGone } from '../host/is-gone.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { bareArgv, bareQemu, biosQemu } from './bare-qemu.ts';

it('takes every capability from QEMU when the harness is root, and asks for none that others lack', () => {
  expect(cageArgv(false)).toEqual(['setpriv', '--pdeathsig', 'KILL', '--no-new-privs', '--']);
  expect(cageArgv(true)).toEqual(expect.arrayContaining(['--bounding-set=-all', '--inh-caps=-all']));
});

it('cages with a command that works here', async () => {
  const { stdout } = await runProgram([...cageArgv(), 'sh', '-c', 'grep NoNewPrivs /proc/self/status']);
  expect(stdout).toMatch(/NoNewPrivs:\s+1/);
});

it('starts a QEMU whose monitor answers, and stops it without a trace', async () => {
  const qemu = await bareQemu();
  expect(await queryStatus(qemu)).toBe('running');
  expect(isGone(qemu.pid)).toBe(false);
  expect(qemu.exit).toBeUndefined();
  const sockets = path.dirname(qemu.socketPath('any'));
  expect(existsSync(sockets)).toBe(true);
  await qemu.stop();
  expect(await qemu.exited).toMatchObject({ asked: true, signal: 'SIGKILL', reason: undefined });
  expect(isGone(qemu.pid)).toBe(true);
  expect(existsSync(sockets)).toBe(false);
});

it('says what QEMU printed when it does not start, and the command', async () => {
  const failure = await Qemu.start((sockets) => bareArgv(sockets, ['-machine', 'vax'])).catch(
    (error: unknown) => error,
  );
  expect(renderError(failure)).toMatch(/^QEMU ended.*unsupported machine type.*-machine vax/s);
});

it('tells a QEMU that was killed by somebody else from one that was stopped', async () => {
  const qemu = await bareQemu();
  process.kill(qemu.pid, 'SIGKILL');
  expect(await qemu.exited).toMatchObject({ asked: false, signal: 'SIGKILL' });
  await expect(qemu.qmp.execute('query-status')).rejects.toThrow('QEMU ended before it answered query-status');
});

it('does not wait for the socket of a QEMU that has ended', async () => {
  const qemu = await bareQemu();
  const waiting = qemu.connect('agent');
  await qemu.stop();
  await expect(waiting).rejects.toThrow('QEMU ended before the harness could connect to it');
});

it('knows that the guest made QEMU end, and how', async () => {
  const disk = path.join(temporaryFolder(), 'disk');
  const sector = Buffer.alloc(512);
  // mov al,0xfe; out 0x64,al; hlt: the keyboard controller resets the machine.
  sector.set([0xb0, 0xfe, 0xe6, 0x64, 0xf4]);
  sector.set([0x55, 0xaa], 510);
  writeFileSync(disk, sector);
  const qemu = await biosQemu('-no-reboot', '-drive', `file=${disk},format=raw`);
  expect(await qemu.exited).toMatchObject({ asked: false, exitCode: 0, reason: 'guest-reset' });
});

it('kills every QEMU of this process at once', async () => {
  const both = await Promise.all([bareQemu(), bareQemu()]);
  killAll();
  for (const qemu of both) expect(await qemu.exited).toMatchObject({ asked: false, signal: 'SIGKILL' });
});

it('ends with a harness that is killed', async () => {
  const child = anotherProcess(`
    import { Qemu } from './harness/machine/qemu.ts';
    import { bareArgv } from './test/machine/bare-qemu.ts';
    const qemu = await Qemu.start((sockets) => bareArgv(sockets, ['-machine', 'none']));
    console.log(qemu.pid);
    setInterval(() => undefined, 1000);`);
  const pid = Number(await firstLine(child));
  expect(isGone(pid)).toBe(false);
  child.kill('SIGKILL');
  await expect.poll(() => isGone(pid)).toBe(true);
});
