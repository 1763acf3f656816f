// SPDX-License-Identifier: GPL-2.0-only
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, it } from 'vitest';
import { isAlive, ownerOfTag, ownerTag, ownOwner, processOwner } from '../../harness/host/owner.ts';

it('knows this very process', () => {
  expect(ownOwner().pid).toBe(process.pid);
  expect(isAlive(ownOwner())).toBe(true);
});

it('does not take a pid that was used again for the old process', () => {
  expect(isAlive({ ...ownOwner(), startTime: '1' })).toBe(false);
});

it('follows a process from life to death', async () => {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  const owner = processOwner(child.pid ?? 0);
  expect(owner !== undefined && isAlive(owner)).toBe(true);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(owner !== undefined && isAlive(owner)).toBe(false);
});

it('reads past brackets and spaces in the name of a process', async () => {
  const child = spawn('sh', ['-c', 'printf "a) S 1 (b" > /proc/$$/comm; echo; read line'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  await once(child.stdout, 'data');
  expect(processOwner(child.pid ?? 0)?.startTime).toMatch(/^\d{2,}$/);
  child.stdin.end('\n');
  await once(child, 'exit');
});

it('counts a process that nobody has waited for as dead', async () => {
  // exec keeps the child, and sleep never waits for it.
  const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const [data] = (await once(parent.stdout, 'data')) as [Buffer];
  await expect.poll(() => processOwner(Number(data.toString()))).toBeUndefined();
  parent.kill('SIGKILL');
  await once(parent, 'exit');
});

it('goes into the end of a file name and back', () => {
  const owner = { pid: 42, startTime: '123456' };
  expect(ownerOfTag(`.key-1.part.${ownerTag(owner)}`)).toEqual(owner);
});

it('finds no owner in a name without one, and nobody is not alive', () => {
  expect(ownerOfTag('whatever')).toBeUndefined();
  expect(isAlive(undefined)).toBe(false);
});
