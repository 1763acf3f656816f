// SPDX-License-Identifier: GPL-2.0-only
import { closeSync, ftruncateSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import {
  addPoison,
  clearPoison,
  decodeStore,
  encodeStore,
  maxRanges,
  normalizeRanges,
  readPoison,
  storeBytes,
  withoutRange,
  type NvdimmFile,
} from './ars-store.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-store-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const mebi = 2 ** 20;
let files = 0;

/** A new NVDIMM's backing file: all holes. */
function nvdimm(bytes?: number): NvdimmFile {
  const one = { path: path.join(folder, `nvdimm${files++}`), size: 16 * mebi, label: 132 * 1024 };
  const fd = openSync(one.path, 'w');
  ftruncateSync(fd, bytes ?? one.size + one.label);
  closeSync(fd);
  return one;
}

function spoil(file: NvdimmFile, at: number, bytes: Buffer): void {
  const fd = openSync(file.path, 'r+');
  writeSync(fd, bytes, 0, bytes.length, file.size + file.label - storeBytes + at);
  closeSync(fd);
}

describe('ranges', () => {
  test('are rounded out to whole units, sorted, and joined where they meet', () => {
    const given = [
      { offset: 4096, length: 512 },
      { offset: 100, length: 1 },
      { offset: 255, length: 2 },
      { offset: 4608, length: 256 },
      { offset: 9000, length: 0 },
      { offset: 4200, length: 8 },
    ];
    expect(normalizeRanges(given)).toEqual([
      { offset: 0, length: 512 },
      { offset: 4096, length: 768 },
    ]);
  });

  test('lose a part, which may split them', () => {
    const ranges = [
      { offset: 0, length: 4096 },
      { offset: 8192, length: 512 },
    ];
    expect(withoutRange(ranges, { offset: 1024, length: 256 })).toEqual([
      { offset: 0, length: 1024 },
      { offset: 1280, length: 2816 },
      { offset: 8192, length: 512 },
    ]);
    expect(withoutRange(ranges, { offset: 2048, length: 6400 })).toEqual([
      { offset: 0, length: 2048 },
      { offset: 8448, length: 256 },
    ]);
    expect(withoutRange(ranges, { offset: 4096, length: 4096 })).toEqual(ranges);
    expect(withoutRange(ranges, { offset: 0, length: 16384 })).toEqual([]);
    expect(withoutRange(ranges, { offset: 300, length: 0 })).toEqual(ranges);
  });
});

describe('the store', () => {
  test('has the layout that qemu/acpi/ars.asl says', () => {
    const block = encodeStore([
      { offset: 2 * mebi, length: 4096 },
      { offset: 256, length: 256 },
    ]);
    expect(block).toHaveLength(storeBytes);
    expect(block.subarray(0, 32).toString('hex')).toBe(
      ['41525331', '02000000', '00000000', '00000000', '01000000', '01000000', '00200000', '10000000'].join(''),
    );
    expect(block.subarray(32).every((byte) => byte === 0)).toBe(true);
  });

  test('gives back what was put in, up to as many as fit', () => {
    const ranges = Array.from({ length: maxRanges }, (_, index) => ({ offset: index * 4096, length: 512 }));
    expect(decodeStore(encodeStore(ranges))).toEqual(ranges);
    expect(() => encodeStore([...ranges, { offset: mebi * 8, length: 1 }])).toThrow(
      'holds 254 ranges of poison, not 255',
    );
  });

  test('that is none holds nothing, and a damaged one is told from it', () => {
    expect(decodeStore(Buffer.alloc(storeBytes))).toEqual([]);
    expect(decodeStore(Buffer.alloc(storeBytes, 0xa5))).toEqual([]);
    expect(() => decodeStore(Buffer.alloc(100))).toThrow('has 4096 bytes, not 100');
    const block = encodeStore([
      { offset: 0, length: 256 },
      { offset: 1024, length: 256 },
    ]);
    const changed = (value: number, at: number): Buffer => {
      const copy = Buffer.from(block);
      copy.writeUInt32LE(value, at);
      return copy;
    };
    expect(() => decodeStore(changed(255, 4))).toThrow('it says 255 ranges and holds 254');
    expect(() => decodeStore(changed(0, 20))).toThrow('its range 0 is empty or out of order');
    expect(() => decodeStore(changed(1, 24))).toThrow('its range 1 is empty or out of order');
    expect(() => decodeStore(changed(3, 4))).toThrow('its range 2 is empty or out of order');
  });
});

describe('an NVDIMM’s file', () => {
  test('takes poison and gives it up again, and nothing else in it changes', async () => {
    const file = nvdimm();
    const before = readFileSync(file.path);
    expect(await readPoison(file)).toEqual([]);
    expect(await addPoison(file, { offset: 4096, length: 4096 })).toEqual([{ offset: 4096, length: 4096 }]);
    await addPoison(file, { offset: file.size - 256, length: 256 });
    expect(await addPoison(file, { offset: 8192, length: 1 })).toEqual(await readPoison(file));
    expect(await readPoison(file)).toEqual([
      { offset: 4096, length: 4352 },
      { offset: file.size - 256, length: 256 },
    ]);
    expect(await clearPoison(file, { offset: 0, length: mebi })).toEqual([{ offset: file.size - 256, length: 256 }]);
    expect(await clearPoison(file)).toEqual([]);
    const after = readFileSync(file.path);
    expect(after.subarray(0, -storeBytes).equals(before.subarray(0, -storeBytes))).toBe(true);
    expect(after.length).toBe(before.length);
  });

  test('refuses ranges that are not in it', async () => {
    const file = nvdimm();
    for (const range of [
      { offset: file.size - 256, length: 257 },
      { offset: -256, length: 256 },
      { offset: 0, length: 0 },
      { offset: 0.5, length: 256 },
      { offset: Number.NaN, length: 256 },
    ]) {
      await expect((async () => addPoison(file, range))()).rejects.toThrow('are not in an NVDIMM of 16777216 bytes');
      await expect((async () => clearPoison(file, range))()).rejects.toThrow('are not in an NVDIMM of 16777216 bytes');
    }
    expect(await readPoison(file)).toEqual([]);
  });

  test('is left as it is when the store is full', async () => {
    const file = nvdimm();
    const ranges = Array.from({ length: maxRanges }, (_, index) => ({ offset: index * 4096, length: 512 }));
    spoil(file, 0, encodeStore(ranges));
    await expect(addPoison(file, { offset: 8 * mebi, length: 256 })).rejects.toThrow('holds 254 ranges');
    expect(await readPoison(file)).toEqual(ranges);
  });

  test('of another size, or none at all, is refused', async () => {
    await expect(readPoison(nvdimm(16 * mebi))).rejects.toThrow('is not the file of this NVDIMM');
    await expect(readPoison({ ...nvdimm(), path: path.join(folder, 'nowhere') })).rejects.toThrow('cannot be opened');
  });

  test('with a damaged store can be cleared as a whole, and not otherwise changed', async () => {
    const file = nvdimm();
    await addPoison(file, { offset: 0, length: 256 });
    spoil(file, 4, Buffer.from([0xff, 0xff]));
    await expect(readPoison(file)).rejects.toThrow('the poison store is damaged');
    await expect(addPoison(file, { offset: 0, length: 256 })).rejects.toThrow('the poison store is damaged');
    expect(await clearPoison(file)).toEqual([]);
    expect(await readPoison(file)).toEqual([]);
  });
});
