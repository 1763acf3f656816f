// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { readKept, writeKept } from '../../harness/host/kept-json.ts';
import { redirectNotices } from '../../harness/host/notices.ts';
import { temporaryFolder } from './temporary.ts';

const schema = z.object({ accelerator: z.enum(['kvm', 'tcg']), khz: z.int() });

function kept(): string {
  const file = path.join(temporaryFolder(), 'not/yet/there', 'kept.json');
  writeKept(file, { accelerator: 'tcg', khz: 2_100_000 });
  return file;
}

test('a value is read as it was written', () => {
  expect(readKept(kept(), schema)).toEqual({ accelerator: 'tcg', khz: 2_100_000 });
});

test.each([
  ['empty', () => ''],
  ['garbage', () => '\0\xff{not json'],
  ['cut off', (text: string) => text.slice(0, -4)],
  ['another valid word', (text: string) => text.replace('tcg', 'kvm')],
  ['a word that is not valid', (text: string) => text.replace('tcg', 'tcg ')],
  ['another number', (text: string) => text.replace('2100000', '2100001')],
  ['without its digest', () => '{"accelerator":"tcg","khz":2100000}'],
])('a file that is damaged (%s) counts as not kept', (_what, spoil) => {
  const file = kept();
  writeFileSync(file, spoil(readFileSync(file, 'utf8')));
  const notices: string[] = [];
  const end = redirectNotices((_level, text) => notices.push(text));
  expect(readKept(file, schema)).toBeUndefined();
  expect(readKept(file, schema)).toBeUndefined();
  end();
  expect(notices).toEqual(['there/kept.json in the cache is damaged: it is removed and made again']);
  expect(existsSync(file)).toBe(false);
});

test('a value that does not fit the schema counts as not kept', () => {
  const file = kept();
  writeKept(file, { accelerator: 'xen', khz: 1 });
  expect(readKept(file, schema)).toBeUndefined();
});
