// SPDX-License-Identifier: GPL-2.0-only
import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it } from 'vitest';
import { describeLife, endLife, isLiving, isUsed, ownLife, sweepLives, tagOf } from '../../harness/host/life.ts';
import { anotherProcess, firstLine } from './another-process.ts';
import { temporaryFolder } from './temporary.ts';

/** Another process that uses a folder until it is killed. */
async function another(folder: string): Promise<{ tag: string; kill: () => Promise<void> }> {
  const child = anotherProcess(`
    import { ownLife } from './harness/host/life.ts';
    console.log(ownLife(${JSON.stringify(folder)}));
    setInterval(() => undefined, 1000);`);
  const tag = await firstLine(child);
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await child;
  };
  return { tag, kill };
}

it('has one tag for each folder, as long as this process uses it', () => {
  const [one, two] = [temporaryFolder(), temporaryFolder()];
  const tag = ownLife(one);
  expect(ownLife(one)).toBe(tag);
  expect(ownLife(two)).not.toBe(tag);
  expect([isLiving(one, tag), isLiving(two, tag), isUsed(one)]).toEqual([true, false, false]);
  endLife(one);
  expect(isLiving(one, tag)).toBe(false);
  expect(readdirSync(one)).toEqual([]);
});

it('follows another process from its start to its end', async () => {
  const folder = temporaryFolder();
  const { tag, kill } = await another(folder);
  expect([isLiving(folder, tag), isUsed(folder)]).toEqual([true, true]);
  expect(describeLife(folder, tag)).toMatch(new RegExp(`^process \\d+ on ${os.hostname()} since [\\d:]+ `));
  sweepLives(folder);
  expect(isLiving(folder, tag)).toBe(true);
  await kill();
  expect([isLiving(folder, tag), isUsed(folder)]).toEqual([false, false]);
  expect(readdirSync(folder)).toEqual([]);
});

it('removes the files of processes that have ended', () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, '.live.1-0123456789ab'), '');
  sweepLives(folder);
  expect(readdirSync(folder)).toEqual([]);
});

it('removes a new file that a killed process did not come to lock, but not one of this moment', () => {
  const folder = temporaryFolder();
  for (const name of ['old', 'young']) writeFileSync(path.join(folder, `.new-live.${name}`), '');
  utimesSync(path.join(folder, '.new-live.old'), 1, 1);
  sweepLives(folder);
  expect(readdirSync(folder)).toEqual(['.new-live.young']);
});

it('gets a tag while another process sweeps', async () => {
  const folder = temporaryFolder();
  const child = anotherProcess(`
    import { sweepLives } from './harness/host/life.ts';
    console.log('started');
    for (;;) sweepLives(${JSON.stringify(folder)});`);
  await firstLine(child);
  for (let n = 0; n < 100; n++) {
    const tag = ownLife(folder);
    expect(isLiving(folder, tag)).toBe(true);
    endLife(folder);
  }
});

it('reads the tag in a name, and takes nothing else for one', () => {
  expect(tagOf('/tmp/hazmat.0/g0a1b2c-42-0123456789ab')).toBe('42-0123456789ab');
  expect(tagOf('.x.part.42-0123456789ab')).toBe('42-0123456789ab');
  expect(isLiving(temporaryFolder(), tagOf('g1-999-123456'))).toBe(false);
  expect(isLiving(temporaryFolder(), '../42-0123456789ab')).toBe(false);
});
