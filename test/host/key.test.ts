// SPDX-License-Identifier: GPL-2.0-only
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { bytesHash, contentKey, fileHash } from '../../harness/host/key.ts';
import { runProgram } from '../../harness/host/program.ts';
import { temporaryFolder } from './temporary.ts';

it('does not depend on the order of keys, at any depth', () => {
  expect(contentKey({ a: 1, b: { c: [1, 2], d: null } })).toBe(contentKey({ b: { d: null, c: [1, 2] }, a: 1 }));
});

it('depends on values, on the order of lists and on types', () => {
  const keys = [{ a: 1 }, { a: 2 }, { a: '1' }, { a: [1, 2] }, { a: [2, 1] }, { b: 1 }, [], {}, null, ''].map(
    contentKey,
  );
  expect(new Set(keys).size).toBe(keys.length);
});

it('is short, fit for a file name, and the same on every machine', () => {
  expect(contentKey({ kernel: 'debian:6.12' })).toMatchInlineSnapshot(`"bc520c3834661170e046"`);
});

it('hashes bytes and files alike', async () => {
  const file = path.join(temporaryFolder(), 'data');
  const bytes = Buffer.alloc(100_000, 7);
  writeFileSync(file, bytes);
  const { stdout } = await runProgram(['sha256sum', file]);
  expect(stdout).toBe(`${bytesHash(bytes)}  ${file}\n`);
  expect(await fileHash(file)).toBe(bytesHash(bytes));
});
