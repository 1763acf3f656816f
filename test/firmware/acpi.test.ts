// SPDX-License-Identifier: GPL-2.0-only
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { acpiFolder, acpiSource, acpiTableNames, acpiTables, tableFault } from '../../harness/firmware/acpi.ts';
import { aslCompiler, compileAsl } from '../../harness/firmware/asl.ts';
import { findProgram } from '../../harness/host/needs.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-acpi-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const missing = findProgram(aslCompiler) === undefined;
const why = missing ? ` (skipped: no ${aslCompiler}; install acpica-tools)` : '';

describe('the ACPI tables that ship', () => {
  test('have a source each, and nothing else is there', () => {
    const files = readdirSync(acpiFolder).sort();
    expect(acpiTableNames()).toContain('ars');
    const wanted = acpiTableNames().flatMap((name) => [`${name}.aml`, path.basename(acpiSource(name).file)]);
    expect(files).toEqual([...new Set(wanted)].sort());
  });

  test.each(acpiTableNames())('%s is whole, and of revision 1, as QEMU’s DSDT is', (name) => {
    const bytes = readFileSync(path.join(acpiFolder, `${name}.aml`));
    expect(tableFault(bytes)).toBeUndefined();
    expect(bytes.toString('latin1', 0, 4)).toBe('SSDT');
    expect(bytes[8]).toBe(1);
  });

  test.skipIf(missing).each(acpiTableNames())(
    `%s is what iasl makes of its source, byte for byte${why}`,
    async (name) => {
      const built = path.join(folder, `${name}.aml`);
      const { file, define } = acpiSource(name);
      await compileAsl(file, built, { define });
      expect(sourced(readFileSync(built))).toBe(sourced(readFileSync(path.join(acpiFolder, `${name}.aml`))));
    },
  );

  test.skipIf(missing)(`stay as they are when the compiler complains${why}`, async () => {
    const [source, target] = [path.join(folder, 'wrong.asl'), path.join(folder, 'wrong.aml')];
    const text = readFileSync(path.join(acpiFolder, 'ars.asl'), 'utf8');
    writeFileSync(target, 'as it was');
    // A warning only: nothing uses what is given for the length.
    writeFileSync(source, text.replace('Method (RECF, 1) {', 'Method (RECF, 1) { Local0 = Zero'));
    await expect(compileAsl(source, target)).rejects.toThrow('iasl failed');
    expect(readFileSync(target, 'utf8')).toBe('as it was');
  });
});

describe('acpiTables', () => {
  test('gives each table its path and the hash of its content', () => {
    copyFileSync(path.join(acpiFolder, 'ars.aml'), path.join(folder, 'ars.aml'));
    const [shipped] = acpiTables(['ars']);
    const [copy] = acpiTables(['ars'], folder);
    expect(shipped?.path).toBe(path.join(acpiFolder, 'ars.aml'));
    expect(shipped?.id).toMatch(/^[0-9a-f]{64}$/);
    expect(copy?.id).toBe(shipped?.id);
    expect(acpiTables([])).toEqual([]);
  });

  test('names a table that is missing or damaged', () => {
    expect(() => acpiTables(['none'], folder)).toThrow(
      `the ACPI table ${path.join(folder, 'none.aml')} cannot be read`,
    );
    const bytes = readFileSync(path.join(acpiFolder, 'ars.aml'));
    const damaged = Buffer.from(bytes);
    damaged.writeUInt8(damaged.readUInt8(100) ^ 1, 100);
    expect(tableFault(damaged)).toBe('its checksum is wrong');
    expect(tableFault(bytes.subarray(0, 100))).toBe(`it has 100 bytes, but its header says ${bytes.length}`);
    expect(tableFault(bytes.subarray(0, 10))).toBe('it has 10 bytes, fewer than the 36 of a header');
    writeFileSync(path.join(folder, 'damaged.aml'), damaged);
    expect(() => acpiTables(['damaged'], folder)).toThrow('is damaged: its checksum is wrong');
  });

  test('refuses a path that QEMU would take for two', () => {
    const odd = path.join(folder, 'a:b');
    mkdirSync(odd);
    copyFileSync(path.join(acpiFolder, 'ars.aml'), path.join(odd, 'ars.aml'));
    expect(existsSync(path.join(odd, 'ars.aml'))).toBe(true);
    expect(() => acpiTables(['ars'], odd)).toThrow('there is a colon in its path');
  });
});

/** A table's bytes without what names the compiler's version, and with it the checksum. */
function sourced(bytes: Buffer): string {
  const table = Buffer.from(bytes);
  const [checksum, creatorRevision] = [9, 32];
  table.writeUInt8(0, checksum);
  table.writeUInt32LE(0, creatorRevision);
  return table.toString('hex');
}
