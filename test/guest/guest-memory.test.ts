// SPDX-License-Identifier: GPL-2.0-only
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { beforeEach, expect, it, onTestFinished } from 'vitest';
import { GuestMemory, newMemory } from '../../harness/guest/guest-memory.ts';
import { redirectNotices } from '../../harness/host/notices.ts';
import { sectorBytes } from '../../harness/host/page.ts';
import { temporaryFolder } from '../host/temporary.ts';

const mebi = 2 ** 20;
const content = Buffer.concat([Buffer.alloc(mebi), Buffer.from('struct page '.repeat(8192)), Buffer.alloc(8 * mebi)]);

let memory: GuestMemory;
let checkpoint: string;
beforeEach(async () => {
  memory = new GuestMemory(path.join(temporaryFolder(), 'guest-memory'));
  checkpoint = path.join(temporaryFolder(), 'checkpoint');
  const ram = path.join(newMemory(checkpoint), 'ram');
  writeFileSync(ram, '');
  truncateSync(ram, content.length);
  writeFileSync(ram, content.subarray(0, 2 * mebi), { flag: 'r+' });
  await memory.pack(checkpoint, 'id-1');
});

const ram = (): string => path.join(memory.folderOf('id-1'), 'ram');

it('packs the memory of a checkpoint, and keeps it unpacked as well', () => {
  expect(readdirSync(checkpoint)).toEqual(['memory.tar.zst']);
  expect(statSync(path.join(checkpoint, 'memory.tar.zst')).size).toBeLessThan(64 * 1024);
  expect(readFileSync(ram()).equals(content)).toBe(true);
  expect(memory.isReady(checkpoint, 'id-1')).toBe(true);
});

it('unpacks what is not there any more, with its holes', async () => {
  expect(await memory.unpack(checkpoint, 'id-1')).toBe(false);
  expect(memory.cache.remove('id-1')).toBe(true);
  expect(memory.isReady(checkpoint, 'id-1')).toBe(false);
  expect(await memory.unpack(checkpoint, 'id-1')).toBe(true);
  expect(readFileSync(ram()).equals(content)).toBe(true);
  expect(statSync(ram()).blocks * sectorBytes).toBeLessThan(4 * mebi);
});

it('unpacks what was damaged once more, and says so', async () => {
  const notices: string[] = [];
  onTestFinished(redirectNotices((_level, text) => notices.push(text)));
  writeFileSync(ram(), 'x', { flag: 'r+' });
  expect(memory.isReady(checkpoint, 'id-1')).toBe(false);
  expect(await memory.unpack(checkpoint, 'id-1')).toBe(true);
  expect(readFileSync(ram()).equals(content)).toBe(true);
  expect(notices).toEqual(['guest-memory/id-1 in the cache is damaged (ram is damaged): it is removed and made again']);
});

it('leaves nothing of what cannot be unpacked', async () => {
  memory.cache.remove('id-1');
  truncateSync(path.join(checkpoint, 'memory.tar.zst'), 20);
  await expect(memory.unpack(checkpoint, 'id-1')).rejects.toThrow('tar failed');
  expect(existsSync(memory.folderOf('id-1'))).toBe(false);
});

it('has nothing to do for a checkpoint without memory of its own', async () => {
  rmSync(checkpoint, { recursive: true });
  mkdirSync(checkpoint);
  await memory.pack(checkpoint, 'id-2');
  newMemory(checkpoint);
  await memory.pack(checkpoint, 'id-2');
  expect(readdirSync(checkpoint)).toEqual([]);
  expect(await memory.unpack(checkpoint, 'id-2')).toBe(false);
  expect(memory.isReady(checkpoint, 'id-2')).toBe(true);
});
