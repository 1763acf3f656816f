// SPDX-License-Identifier: GPL-2.0-only
import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { InfraError, renderError } from '../../harness/host/errors.ts';
import { cannotWrite, diskFull } from '../../harness/host/write-error.ts';

function failureOf(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error('it did not fail');
}

it('names a disk that is full: /dev/full is one', () => {
  const error = failureOf(() => writeFileSync('/dev/full', 'x'));
  expect(renderError(cannotWrite('/dev/full', error))).toMatchInlineSnapshot(`
    "the disk is full: /dev/full cannot be written
      npx hazmat clean frees space in the cache. HAZMAT_CACHE and HAZMAT_RESULTS move the cache and the results."
  `);
});

it('finds a full disk in what a program said', () => {
  const program = new InfraError('dpkg-deb failed with exit code 2', { hint: 'dpkg-deb: No space left on device' });
  expect(diskFull(program, '/cache')?.message).toBe('the disk is full: /cache cannot be written');
});

it('gives any other reason as it is', () => {
  const error = failureOf(() => writeFileSync('/proc/none/file', 'x'));
  expect(diskFull(error, '/proc/none/file')).toBeUndefined();
  expect(cannotWrite('/proc/none/file', error).message).toMatch(/^\/proc\/none\/file cannot be written: ENOENT/);
  expect(cannotWrite('f', 'a string').message).toBe('f cannot be written: a string');
});
