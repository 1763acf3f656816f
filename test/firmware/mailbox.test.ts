// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import {
  blockBytes,
  checkRequest,
  decodeRequest,
  errorTypes,
  initialWindow,
  offsets,
  sourceAt,
  sources,
  type Source,
} from '../../harness/firmware/mailbox.ts';
import { windowBytes } from '../../harness/machine/argv.ts';

const window = 0xfe800000;
const memory = [
  { from: 0, to: 0x2000_0000 },
  { from: 0x1_0000_0000, to: 0x1_4000_0000 },
];
const good = { type: errorTypes.uncorrected, flags: 2, address: 0x1_0000_3000n, mask: 0xffff_ffff_ffff_f000n };

describe('the layout', () => {
  test('what a guest finds in the window when it boots', () => {
    expect(initialWindow(window, 0x5f0).map(({ offset, bytes }) => `${offset.toString(16)}: ${bytes.toString('hex')}`))
      .toMatchInlineSnapshot(`
      [
        "0: 3800000000000000",
        "20: 000480fe00000000",
        "400: 10000000010000003000000001000000ff03000001080001f005000000000000e200000000000000ff00000000000000",
        "20000: 001082fe00000000",
        "40000: 001084fe00000000",
        "60000: 001086fe00000000",
        "80000: 001088fe00000000",
      ]
    `);
  });

  test('no two parts overlap, and all lie in the window', () => {
    const parts = [
      { from: 0, to: offsets.request + 0x100 },
      { from: offsets.triggerTable, to: offsets.triggerTable + 48 },
      ...(Object.keys(sources) as Source[]).flatMap((source) => {
        const { pointer, acknowledge, block } = sourceAt(source);
        return [
          { from: pointer, to: pointer + 8 },
          { from: acknowledge, to: acknowledge + 8 },
          { from: block, to: block + blockBytes },
        ];
      }),
    ];
    for (const [index, { from, to }] of parts.entries()) {
      expect(to).toBeLessThanOrEqual(windowBytes);
      expect(parts.slice(index + 1).filter((other) => other.from < to && from < other.to)).toEqual([]);
    }
  });
});

describe('what a guest asks for', () => {
  test('is read as the kernel writes it (struct set_error_type_with_address)', () => {
    const bytes = Buffer.alloc(36);
    bytes.writeUInt32LE(0x10, 0);
    bytes.writeUInt32LE(2, 8);
    bytes.writeBigUInt64LE(0x1_0000_3000n, 16);
    bytes.writeBigUInt64LE(good.mask, 24);
    expect(decodeRequest(bytes)).toEqual(good);
  });

  test.each([
    ['a whole page', good, { kind: 'uncorrected', address: 0x1_0000_3000, lsb: 12 }],
    [
      'one byte is a cache line',
      { ...good, mask: 2n ** 64n - 1n },
      { kind: 'uncorrected', address: 0x1_0000_3000, lsb: 6 },
    ],
    ['corrected', { ...good, type: 8 }, { kind: 'corrected', address: 0x1_0000_3000, lsb: 12 }],
    ['fatal, in RAM', { ...good, type: 0x20, address: 0n }, { kind: 'fatal', address: 0, lsb: 12 }],
  ])('%s is planted', (_, request, planted) => expect(checkRequest(request, memory)).toEqual(planted));

  test.each([
    ['no type', { ...good, type: 0 }],
    ['two types', { ...good, type: 0x18 }],
    ['a type of another device', { ...good, type: 0x40 }],
    ['an address that does not count', { ...good, flags: 1 }],
    ['a mask of more than a page', { ...good, mask: 0xffff_ffff_ffe0_0000n }],
    ['no mask', { ...good, mask: 0n }],
    ['the hole between RAM and the NVDIMM', { ...good, address: 0x8000_0000n }],
    ['one byte beyond the NVDIMM', { ...good, address: 0x1_4000_0000n }],
    ['the highest address', { ...good, address: 2n ** 64n - 1n }],
  ])('%s is refused', (_, request) => expect(checkRequest(request, memory)).toBeUndefined());
});
