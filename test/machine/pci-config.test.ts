// SPDX-License-Identifier: GPL-2.0-only
// What is read from a configuration space, and what of it changes by itself.

import { expect, it } from 'vitest';
import { configBytes, configDifferences, configWrites, msixTable } from '../../harness/machine/pci-config.ts';

/** A function with these capabilities, each with its bytes, one after the other. */
function config(
  type: number,
  ...capabilities: { at: number; id: number; bytes?: [offset: number, word: number][] }[]
): Buffer {
  const buffer = Buffer.alloc(configBytes);
  buffer[0x0e] = type;
  buffer[0x34] = capabilities[0]?.at ?? 0;
  for (const [index, { at, id, bytes = [] }] of capabilities.entries()) {
    buffer[at] = id;
    buffer[at + 1] = capabilities[index + 1]?.at ?? 0;
    for (const [offset, word] of bytes) buffer.writeUInt16LE(word, at + offset);
  }
  return buffer;
}

const offsetsOf = (buffer: Buffer): number[] => configWrites(buffer).map(({ address }) => address);

it('writes the command last, when everything that it switches on is there', () => {
  expect(offsetsOf(config(1)).at(-1)).toBe(4);
  expect(offsetsOf(config(0)).at(-1)).toBe(4);
});

it('writes only the registers that an MSI capability has', () => {
  const withControl = (control: number): number[] =>
    offsetsOf(config(1, { at: 0x50, id: 5, bytes: [[2, control]] })).filter((offset) => offset >= 0x50);
  expect(withControl(0)).toEqual([0x54, 0x58, 0x52]);
  expect(withControl(0x80)).toEqual([0x54, 0x58, 0x5c, 0x52]);
  expect(withControl(0x180)).toEqual([0x54, 0x58, 0x5c, 0x60, 0x52]);
});

it('finds the table of MSI-X', () => {
  const buffer = config(0, {
    at: 0x70,
    id: 0x11,
    bytes: [
      [2, 0x8007],
      [4, 0x2004],
    ],
  });
  expect(msixTable(buffer)).toEqual({ bar: 4, offset: 0x2000, bytes: 128 });
  expect(msixTable(config(0))).toBeUndefined();
});

it('reads a list of capabilities that has no end', () => {
  const buffer = config(0, { at: 0x40, id: 0x10 }, { at: 0x60, id: 5 });
  buffer[0x61] = 0x40;
  expect(offsetsOf(buffer)).toContain(0x48);
  buffer.writeUInt32LE(0x0001 | (0x100 << 20), 0x100);
  expect(offsetsOf(buffer)).toContain(0x108);
});

it('does not count what changes by itself', () => {
  const before = config(1, { at: 0x40, id: 0x10 });
  const after = Buffer.from(before);
  for (const status of [0x06, 0x1e, 0x4a, 0x52, 0x5a, 0x60]) after[status] = 0xff;
  expect(configDifferences(before, after)).toEqual([]);
  for (const control of [0x04, 0x19, 0x48, 0x58]) after[control] = 0xff;
  expect(configDifferences(before, after)).toEqual([0x04, 0x19, 0x48, 0x58]);
});
