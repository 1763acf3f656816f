// SPDX-License-Identifier: GPL-2.0-only
// dmesg.txt of a log that is longer than its limit.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DmesgFile } from '../../harness/run/dmesg-file.ts';
import type { KernelRecord } from '../../harness/verdict/log-line.ts';
import { temporaryFolder } from '../host/temporary.ts';

const record = (us: number, text = `line ${us}`): KernelRecord => ({ priority: 6, kseq: us, us, text });

describe('the file of a kernel log', () => {
  it('has every line of a short one, with control characters shown', () => {
    const file = path.join(temporaryFolder(), 'dmesg.txt');
    const dmesg = new DmesgFile(file);
    dmesg.add([record(1)]);
    dmesg.end([record(2, 'x\\x1b[31m_\\x07')]);
    expect(readFileSync(file, 'utf8')).toBe('[    0.000001] line 1\n[    0.000002] x\\x1b[31m_\\x07\n');
  });

  it('has head and tail of a long one, and says how much is missing', () => {
    const file = path.join(temporaryFolder(), 'dmesg.txt');
    const dmesg = new DmesgFile(file, 100);
    const count = 10_000;
    for (let us = 1; us <= count; us++) dmesg.add([record(us)]);
    dmesg.end([]);
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    const said = lines.findIndex((line) => line.startsWith('[hazmat: '));
    const leftOut = Number(/\d+/.exec(lines[said] ?? '')?.[0]);
    expect(lines[0]).toBe('[    0.000001] line 1');
    expect(lines.at(-1)).toBe(`[    0.010000] line ${count}`);
    expect(leftOut + lines.length - 1).toBe(count);
    expect(lines.length).toBeLessThan(2100);
  });
});
