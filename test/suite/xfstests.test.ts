// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkoutOf, filesKey, filesOf, howToGive } from '../../harness/suite/checkout.ts';
import { z } from 'zod';
import { xfstests } from '../../harness/suite/xfstests.ts';
import { temporaryFolder } from '../host/temporary.ts';

function write(folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
}

/** A folder with the layout of xfstests. */
function fakeXfstests(): string {
  const folder = temporaryFolder();
  write(folder, {
    check: '#!/bin/bash\n',
    'tests/generic/413': '. ./common/preamble\n_begin_fstest auto quick dax prealloc\n',
    'tests/generic/413.out': 'QA output created by 413\n',
    'tests/generic/001': '_begin_fstest rw dir udf auto quick # dax\n',
    'tests/ext4/030': '_begin_fstest auto quick dax\n',
    'tests/xfs/550': '_begin_fstest auto quick dax mmap\n',
  });
  return folder;
}

const devices = new Map([
  ['pmem0', '/dev/pmem0'],
  ['linear0', '/dev/mapper/linear0'],
]);
const schema = z.strictObject(xfstests.keys);
const keys = { filesystem: 'xfs', groups: ['dax'], 'test-device': 'pmem0', 'scratch-device': 'linear0' };

beforeEach(() => {
  delete process.env['HAZMAT_XFSTESTS'];
});
afterEach(() => {
  delete process.env['HAZMAT_XFSTESTS'];
});

describe('the checkout', () => {
  it('is where the user says', () => {
    expect(checkoutOf(xfstests)).toBeUndefined();
    expect(howToGive(xfstests)).toBe(
      'no checkout of xfstests is given: say --suite xfstests=PATH, or set HAZMAT_XFSTESTS',
    );
    const folder = fakeXfstests();
    process.env['HAZMAT_XFSTESTS'] = folder;
    expect(checkoutOf(xfstests)).toBe(folder);
    process.env['HAZMAT_XFSTESTS'] = path.join(folder, 'tests');
    expect(() => checkoutOf(xfstests)).toThrow(/tests is not a checkout of xfstests: it has no check$/);
  });

  it('counts with its files, their modes and links, and nothing else', async () => {
    const folder = fakeXfstests();
    const files = await filesOf(folder);
    expect(files).toEqual(files.toSorted());
    expect(files).toContain('tests/generic/413.out');
    const before = filesKey(folder, files);
    expect(filesKey(folder, await filesOf(folder))).toBe(before);
    symlinkSync('check', path.join(folder, 'link'));
    expect(filesKey(folder, await filesOf(folder))).not.toBe(before);
  });
});

it('finds the tests of a group by what each says of itself, for one filesystem', () => {
  const folder = fakeXfstests();
  const of = (more: object): string[] => xfstests.tests(folder, schema.parse({ ...keys, ...more }));
  expect(of({})).toEqual(['generic/413', 'xfs/550']);
  expect(of({ filesystem: 'ext4' })).toEqual(['generic/413', 'ext4/030']);
  expect(of({ groups: [], tests: ['generic/001'] })).toEqual(['generic/001']);
  expect(() => of({ tests: ['ext4/030'] })).toThrow('this checkout of xfstests has no test `ext4/030`');
});

it('hands devices and options to check by the names that it knows', () => {
  const spec = schema.parse({ ...keys, 'log-device': 'pmem2', 'mkfs-options': '-m rmapbt=1' });
  const { argv, env } = xfstests.test(spec, devices, 'xfs/550');
  expect(argv.slice(-5)).toEqual(['./check', '-T', '-R', 'xunit-quiet', 'xfs/550']);
  expect(env).toMatchObject({
    FSTYP: 'xfs',
    TEST_DEV: '/dev/pmem0',
    SCRATCH_DEV: '/dev/mapper/linear0',
    LOGWRITES_DEV: '/dev/pmem2',
    MKFS_OPTIONS: '-m rmapbt=1',
    DM_DISABLE_UDEV: '1',
  });
  expect(env).not.toHaveProperty('MOUNT_OPTIONS');
});
