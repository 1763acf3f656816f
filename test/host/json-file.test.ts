// SPDX-License-Identifier: GPL-2.0-only
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { InfraError } from '../../harness/host/errors.ts';
import { readJsonFile, readJsonFileIfWhole } from '../../harness/host/json-file.ts';
import { temporaryFolder } from './temporary.ts';

const schema = z.object({ release: z.string() });

function fileOf(text: string): string {
  const file = path.join(temporaryFolder(), 'meta.json');
  writeFileSync(file, text);
  return file;
}

test('a whole file is read, and keys that the schema does not name are left out', () => {
  const file = fileOf('{"release": "6.12.1", "more": 1}');
  expect(readJsonFile(file, schema, 'Remove it.')).toEqual({ release: '6.12.1' });
  expect(readJsonFileIfWhole(file, schema)).toEqual({ release: '6.12.1' });
});

test.each([
  ['cut off', '{"release": "6.1', 'JSON'],
  ['empty', '', 'JSON'],
  ['of another shape', '{"release": 6}', 'release'],
])('a file that is %s is one error that names the file and what to do', (_what, text, why) => {
  const file = fileOf(text);
  let error: unknown;
  try {
    readJsonFile(file, schema, 'Remove it.');
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(InfraError);
  expect(error).toMatchObject({
    message: `${file} is missing or damaged`,
    hint: expect.stringContaining(why) as string,
  });
  expect((error as InfraError).hint).toMatch(/\nRemove it\.$/);
  expect(readJsonFileIfWhole(file, schema)).toBeUndefined();
});

test('a file that is not there is an error, or undefined where it can be made again', () => {
  const file = path.join(temporaryFolder(), 'gone.json');
  expect(() => readJsonFile(file, schema, '')).toThrow(`${file} is missing or damaged`);
  expect(readJsonFileIfWhole(file, schema)).toBeUndefined();
});
