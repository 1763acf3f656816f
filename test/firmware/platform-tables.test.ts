// SPDX-License-Identifier: GPL-2.0-only
// The tables that name the window: every byte, and that the ACPI compiler reads them.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acpiTables, tableFault } from '../../harness/firmware/acpi.ts';
import { aslCompiler } from '../../harness/firmware/asl.ts';
import { einjTable } from '../../harness/firmware/einj-table.ts';
import { firmwareTables } from '../../harness/firmware/firmware-tables.ts';
import { hestTable } from '../../harness/firmware/hest-table.ts';
import { findProgram } from '../../harness/host/needs.ts';
import { runProgram } from '../../harness/host/program.ts';

const window = 0xfe800000;
const port = 0x5f0;

/** 32 bytes a line. */
function dump(bytes: Buffer, from = 0): string[] {
  const lines: string[] = [];
  for (let at = from; at < bytes.length; at += 32) lines.push(bytes.subarray(at, at + 32).toString('hex'));
  return lines;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-tables-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the EINJ table', () => {
  test('has a whole header, and after it an entry of 32 bytes for each act', () => {
    const table = einjTable(window, port);
    expect(tableFault(table)).toBeUndefined();
    expect(table.subarray(0, 48).toString('hex')).toMatchInlineSnapshot(
      `"45494e4a9001000001b248415a4d415448415a45494e4a200100000048415a4d010000000c000000000000000b000000"`,
    );
    expect(dump(table, 48)).toMatchInlineSnapshot(`
      [
        "0003000000400004280080fe000000000100000000000000ffffffffffffffff",
        "0100000000400004200080fe000000000000000000000000ffffffffffffffff",
        "0202000000200003080080fe000000000000000000000000ffffffff00000000",
        "0300000000200003000080fe000000000000000000000000ffffffff00000000",
        "0403000000400004280080fe000000000000000000000000ffffffffffffffff",
        "0503000000400004100080fe000000000100000000000000ffffffffffffffff",
        "0503000001080001f005000000000000e100000000000000ff00000000000000",
        "0601000000400004100080fe0000000001000000000000000100000000000000",
        "0700000000400004180080fe000000000000000000000000ff00000000000000",
        "0802000000400004400080fe000000000000000000000000ffffffffffffffff",
        "0900000000400004300080fe000000000000000000000000ffffffffffffffff",
      ]
    `);
  });

  test('differs only in addresses and checksum for another window', () => {
    const [a, b] = [einjTable(window, port), einjTable(window + 0x100000, port)];
    const differing = [...a.keys()].filter((at) => a[at] !== b[at]);
    expect(differing[0]).toBe(9);
    // Ten registers in the window; the doorbell is an I/O port.
    expect(differing).toHaveLength(1 + 10);
  });
});

describe('the HEST table', () => {
  test('has four sources of 92 bytes', () => {
    const table = hestTable(window);
    expect(tableFault(table)).toBeUndefined();
    expect(table).toHaveLength(36 + 4 + 4 * 92);
    expect([0, 1, 2, 3].map((index) => table.subarray(40 + 92 * index, 40 + 92 * (index + 1)).toString('hex')))
      .toMatchInlineSnapshot(`
      [
        "0a000000ffff000101000000000100000000000000400004000082fe00000000001c00006400000000000000000000000000000000000000000000000000010000400004080082fe00000000feffffffffffffff0100000000000000",
        "0a000100ffff000101000000000100000000000000400004000084fe00000000041c00000000000000000000000000000000000000000000000000000000010000400004080084fe00000000feffffffffffffff0100000000000000",
        "0a000200ffff000101000000000100000000000000400004000086fe00000000011c00000000000007000000000000000000000000000000000000000000010000400004080086fe00000000feffffffffffffff0100000000000000",
        "0a000300ffff000101000000000100000000000000400004000088fe00000000031c00000000000000000000000000000000000000000000000000000000010000400004080088fe00000000feffffffffffffff0100000000000000",
      ]
    `);
  });
});

describe('what the compiler reads', () => {
  test.runIf(findProgram(aslCompiler) !== undefined).each([
    ['einj', einjTable(window, port), ['Instruction : 03 [Write Register Value]', 'Address : 00000000000005F0']],
    ['hest', hestTable(window), ['Subtable Type : 000A [Generic Hardware Error Source V2]', 'Notify Type : 04 [NMI]']],
  ])('%s is disassembled without a complaint', async (name, bytes, lines) => {
    const file = path.join(folder, `${name}.aml`);
    writeFileSync(file, bytes);
    const { stdout, stderr } = await runProgram([aslCompiler, '-d', file]);
    const text = readFileSync(path.join(folder, `${name}.dsl`), 'latin1');
    expect(`${stdout}${stderr}${text}`).not.toMatch(/invalid|error:|incorrect|unknown|truncated|beyond/i);
    for (const line of lines) expect(text.replace(/ +/g, ' ')).toContain(line);
  });
});

describe('the files for QEMU', () => {
  test('ghes brings the error device and the HEST, einj its table; each once a meeting place is known', () => {
    process.env.HAZMAT_CACHE = folder;
    try {
      const names = (place: Parameters<typeof firmwareTables>[1]): string[] =>
        firmwareTables(['ars', 'ghes', 'einj'], place).map((table) => path.basename(table.path).replace(/-.*/, ''));
      expect(names({ window, port })).toEqual(['ars.aml', 'hed.aml', 'hest', 'einj']);
      expect(names(undefined)).toEqual(['ars.aml', 'hed.aml']);
      const [hest] = firmwareTables(['ghes'], { window, port }).slice(1);
      expect(readFileSync(hest?.path ?? '')).toEqual(hestTable(window));
      // Another window is another table by its id, so that a checkpoint with the old one is not used.
      expect(firmwareTables(['ghes'], { window: window * 2, port })[1]?.id).not.toBe(hest?.id);
    } finally {
      delete process.env.HAZMAT_CACHE;
    }
  });

  test('the error device that ships is what its source compiles to', () => {
    expect(acpiTables(['hed'])[0]?.id).toMatch(/^[0-9a-f]{64}$/);
  });
});
