// SPDX-License-Identifier: GPL-2.0-only
// Whatever becomes of the files of an entry: it is named in one line, removed, and made again. Entries are like those that the
// cache has: a boot's memory, a stream of differences, an initramfs, a kernel with modules, a program.

import {
  chmodSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { Cache } from '../../harness/host/cache.ts';
import { redirectNotices } from '../../harness/host/notices.ts';
import { temporaryFolder } from './temporary.ts';

const mebi = 2 ** 20;

/** Files of one entry: name to content. Those that end in `ram` or a digit are sparse, 16 MiB with 1 MiB of data in the middle. */
const files: Record<string, string> = {
  ram: '',
  nvdimm0: '',
  window: 'w'.repeat(65_536),
  stream: 'QEVM'.repeat(100_000),
  'checkpoint.json': '{"id":"1","facts":{},"bootRecords":3,"bases":{}}\n',
  'dmesg.jsonl': '{"seq":1,"text":"Linux version"}\n{"seq":2,"text":"Command line"}\n',
  'console.log': 'Linux version\n',
  'meta.json': '{"release":"6.12.1"}\n',
  vmlinuz: '\u007fELF'.repeat(50_000),
  'initramfs.cpio': '070701'.repeat(50_000),
  'modules/kernel/fs/xfs/xfs.ko.xz': 'xz'.repeat(50_000),
  agent: '\u007fELF'.repeat(5_000),
  'poison.so': '\u007fELF'.repeat(1_000),
};

function fill(folder: string): void {
  for (const [name, content] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    if (content !== '') continue;
    const fd = openSync(file, 'w');
    writeSync(fd, Buffer.alloc(mebi, 7), 0, mebi, 8 * mebi);
    truncateSync(file, 16 * mebi);
  }
}

/** Writes over some bytes, in place. */
function overwrite(file: string, at: number, bytes: number[]): void {
  writeSync(openSync(file, 'r+'), Buffer.from(bytes), 0, bytes.length, at);
}

/** Puts a damaged copy in the place of a file, as a backup or another program would: same mode, same times. */
function replace(file: string, damage: (content: Buffer) => Buffer): void {
  const { mode, atime, mtime } = statSync(file);
  writeFileSync(`${file}.new`, damage(readFileSync(file)));
  chmodSync(`${file}.new`, mode);
  utimesSync(`${file}.new`, atime, mtime);
  renameSync(`${file}.new`, file);
}

const kinds: Record<string, (file: string) => void> = {
  missing: (file) => rmSync(file),
  empty: (file) => truncateSync(file, 0),
  'cut in half': (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
  'a byte longer': (file) => truncateSync(file, statSync(file).size + 1),
  'a byte changed': (file) => overwrite(file, Math.floor(statSync(file).size / 3), [0xde]),
  'a byte changed in a copy of the same size and times': (file) =>
    replace(file, (content) => {
      content[content.length >> 1] = 0xde;
      return content;
    }),
  garbage: (file) => replace(file, () => Buffer.from('\0\xff{not json')),
  'a folder': (file) => {
    rmSync(file);
    mkdirSync(file);
  },
};

it.each(Object.keys(files).flatMap((name) => Object.keys(kinds).map((kind) => [name, kind] as const)))(
  'repairs an entry whose %s is %s',
  async (name, kind) => {
    const cache = new Cache(path.join(temporaryFolder(), 'checkpoints'));
    let made = 0;
    const make = (folder: string): Promise<void> => {
      made++;
      fill(folder);
      return Promise.resolve();
    };
    const folder = await cache.ensure('k', make);
    kinds[kind]?.(path.join(folder, name));
    const notices: string[] = [];
    const end = redirectNotices((_level, text) => notices.push(text));
    try {
      expect(cache.find('k')).toBeUndefined();
      expect(await cache.ensure('k', make)).toBe(folder);
      expect(await cache.ensure('k', make)).toBe(folder);
    } finally {
      end();
    }
    expect(made).toBe(2);
    expect(notices).toEqual([
      expect.stringMatching(/^checkpoints\/k in the cache is damaged \([^\n]+\): it is removed/),
    ]);
    expect(notices[0]).toContain(`(${name} `);
    const content = files[name];
    if (content !== undefined && content !== '') expect(readFileSync(path.join(folder, name), 'utf8')).toBe(content);
    expect(existsSync(path.join(folder, name))).toBe(true);
    expect(readdirSync(cache.root)).toEqual(['k']);
  },
);
