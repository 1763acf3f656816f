// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { isAllowed, patternProblem } from '../../harness/verdict/allow.ts';
import { readKernelLog } from '../../harness/verdict/kernel-log.ts';
import { readConsole } from '../../harness/verdict/log-line.ts';
import { readGolden } from './golden.ts';

describe('isAllowed', () => {
  it('compares the whole title, not a part of it', () => {
    expect(isAllowed('WARNING in dax_insert_entry', ['WARNING in dax_insert_entry'])).toBe(true);
    expect(isAllowed('WARNING in dax_insert_entry', ['WARNING in dax'])).toBe(false);
    expect(isAllowed('WARNING in dax_insert_entry', ['dax_insert_entry'])).toBe(false);
    expect(isAllowed('WARNING in dax_insert_entry', [])).toBe(false);
  });

  it('takes `*` for any text, also for none', () => {
    const title = 'sysfs: cannot create duplicate filename /fs/xfs/pmem0';
    expect(isAllowed(title, ['sysfs: cannot create duplicate filename /fs/xfs/*'])).toBe(true);
    expect(isAllowed(title, ['*duplicate*pmem0*'])).toBe(true);
    expect(isAllowed(title, ['*duplicate*pmem1'])).toBe(false);
  });

  it('takes every other character for itself', () => {
    expect(isAllowed('abc', ['a.c'])).toBe(false);
    expect(isAllowed('slab: a (b) [c] | d', ['slab: a (b) [c] | d'])).toBe(true);
  });

  it('needs one pattern of several', () => {
    expect(isAllowed('WARNING in b', ['WARNING in a', 'WARNING in b'])).toBe(true);
  });
});

describe('patternProblem', () => {
  it.each(['', '  '])('an empty title matches no report: %j', (pattern) => {
    expect(patternProblem(pattern)).toBe('an empty title matches no report');
  });

  it.each([
    'WARNING in dax_insert_entry ',
    'WARNING in dax_insert_entry.',
    'BUG: Bad page state at 0xdeadbeef',
    'soft lockup on CPU 1',
    'WARNING at fs/dax.c:380',
    'two  blanks',
    'two\nlines',
  ])('no report has the title %j', (pattern) => {
    expect(patternProblem(pattern)).toMatch(/^no report has such a title: titles have no addresses/);
  });

  it.each([
    'WARNING in dax_*_entry',
    '*',
    'sysfs: cannot create duplicate filename /fs/xfs/*',
    'deadbeef*',
    'lockup on CPU*',
  ])('a report can have the title %j', (pattern) => {
    expect(patternProblem(pattern)).toBeUndefined();
  });

  it('accepts the title of every report of the golden logs', () => {
    const titles = readGolden().flatMap(({ log }) => readKernelLog(readConsole(log)).map(({ title }) => title));
    expect(titles.length).toBeGreaterThan(40);
    expect(titles.filter((title) => patternProblem(title) !== undefined || !isAllowed(title, [title]))).toEqual([]);
  });
});
