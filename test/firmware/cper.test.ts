// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, test } from 'vitest';
import { errorStatusBlock, maxErrors } from '../../harness/firmware/cper.ts';
import { blockBytes } from '../../harness/firmware/mailbox.ts';

const error = { address: 0x1_0121_a000, lsb: 12 };

describe('an error status block', () => {
  test('of one error, byte for byte', () => {
    const block = errorStatusBlock([error], 'recoverable');
    expect({
      block: block.subarray(0, 20).toString('hex'),
      entry: block.subarray(20, 84).toString('hex'),
      memory: block.subarray(84).toString('hex'),
    }).toMatchInlineSnapshot(`
      {
        "block": "1100000000000000000000009000000000000000",
        "entry": "1411bca5646fde4eb8633e83ed7c83b1000000000102000050000000000000000000000000000000000000000000000000000000000000000000000000000000",
        "memory": "0640000000000000000000000000000000a021010100000000f0ffffffffffff000000000000000000000000000000000000000000000000000000000000000000000000000000000300000000000000",
      }
    `);
  });

  test.each([
    ['recoverable', 1, 0x11, 0],
    ['recoverable', 3, 0x35, 0],
    ['fatal', 1, 0x11, 1],
    ['corrected', 1, 0x12, 2],
    ['corrected', 2, 0x2a, 2],
  ] as const)('%s with %i errors has status %i and severity %i', (severity, count, status, number) => {
    const block = errorStatusBlock(
      Array.from({ length: count }, () => error),
      severity,
    );
    expect(block.readUInt32LE(0)).toBe(status);
    expect(block.readUInt32LE(16)).toBe(number);
    expect(block.readUInt32LE(12)).toBe(block.length - 20);
  });

  test('names each error at its own place', () => {
    const errors = [4096, 8192, 65536].map((address) => ({ address, lsb: 6 }));
    const block = errorStatusBlock(errors, 'recoverable');
    const at = (index: number): number => 20 + 144 * index + 64;
    expect(errors.map((_, index) => Number(block.readBigUInt64LE(at(index) + 16)))).toEqual([4096, 8192, 65536]);
    expect(block.readBigUInt64LE(at(1) + 24)).toBe(2n ** 64n - 64n);
  });

  test('holds as many as fit, and no more, and not none', () => {
    const errors = Array.from({ length: maxErrors }, () => error);
    expect(errorStatusBlock(errors, 'recoverable').length).toBeLessThanOrEqual(blockBytes);
    expect(() => errorStatusBlock([...errors, error], 'recoverable')).toThrow(RangeError);
    expect(() => errorStatusBlock([], 'recoverable')).toThrow(RangeError);
  });
});

test('it has a section of a type that nobody knows, when asked', () => {
  const known = errorStatusBlock([error], 'corrected');
  const unknown = errorStatusBlock([error], 'corrected', 'unknown');
  expect(unknown.subarray(20, 36).equals(known.subarray(20, 36))).toBe(false);
  expect(unknown.subarray(36).equals(known.subarray(36))).toBe(true);
});
