// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { InfraError, UsageError } from '../../harness/host/errors.ts';
import { b4Json, b4Terse, comparisonResult, errorResult, patchResult } from '../../harness/report/b4-result.ts';
import { comparison } from './compared-story.ts';

test('b4 review reads an array of results, b4 prep nothing but what is wrong', () => {
  const results = [patchResult('applies'), errorResult(new UsageError('a.patch does not apply', { hint: 'hunk 1' }))];
  expect(JSON.parse(b4Json(results))).toEqual([
    { tool: 'hazmat', status: 'pass', summary: 'applies' },
    { tool: 'hazmat', status: 'fail', summary: 'a.patch does not apply', details: 'hunk 1' },
  ]);
  expect(b4Terse(results)).toBe('ERROR: a.patch does not apply\n');
  expect(b4Terse([patchResult('applies')])).toBe('');
});

test('new compiler warnings are a warning', () => {
  expect(patchResult('builds', ['fs/a.c:1: unused'])).toEqual({
    tool: 'hazmat',
    status: 'warn',
    summary: 'new compiler warning: fs/a.c:1: unused',
    details: 'fs/a.c:1: unused',
  });
});

test('an error of the infrastructure is not held against the patch; a defect is not hidden', () => {
  expect(errorResult(new InfraError('the disk is full'))).toMatchObject({
    status: 'warn',
    summary: 'not checked, infrastructure error: the disk is full',
  });
  expect(() => errorResult(new TypeError('x'))).toThrow(TypeError);
});

test('a regression fails, and the summary names what changed', () => {
  expect(comparisonResult(comparison)).toMatchObject({
    status: 'fail',
    summary:
      '1 REGRESSED, 1 fixed, 1 known, 2 unchanged, 1 not comparable: REGRESSED remove/rebind, fixed recover/pwrite, known remove/shared-mappers',
    details: expect.stringContaining('Tested with hazmat') as string,
  });
  expect(comparisonResult({ ...comparison, regressed: [], lost: ['a'] }).status).toBe('warn');
  expect(comparisonResult({ ...comparison, regressed: [] }).status).toBe('pass');
});
