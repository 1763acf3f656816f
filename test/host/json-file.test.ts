// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { InfraError, renderError } from '../../harness/host/errors.ts';
import { parseJson, readCachedJson, readJson } from '../../harness/host/json-file.ts';
import { temporaryFolder } from './temporary.ts';

const schema = z.object({ name: z.string(), sizes: z.array(z.number()) });
const whole = '{"name": "a", "sizes": [1, 2]}';
const damaged = ['', '{"name": "a", "siz', '{"name": "a"}', '{"name": "a", "sizes": [1, "2"]}', 'null', '[]'];

it('reads a file by its schema', () => {
  const file = path.join(temporaryFolder(), 'a.json');
  expect(readCachedJson(file, schema)).toBeUndefined();
  writeFileSync(file, whole);
  expect(readCachedJson(file, schema)).toEqual({ name: 'a', sizes: [1, 2] });
  expect(readJson(file, schema, 'unused')).toEqual({ name: 'a', sizes: [1, 2] });
});

it.each(damaged)('removes a cached file that is damaged: %j', (text) => {
  const file = path.join(temporaryFolder(), 'a.json');
  writeFileSync(file, text);
  expect(readCachedJson(file, schema)).toBeUndefined();
  expect(existsSync(file)).toBe(false);
});

it('names a file that must be whole, what is wrong with it and what to do; and leaves it', () => {
  const file = path.join(temporaryFolder(), 'a.json');
  const message = (): string => {
    try {
      readJson(file, schema, 'Run it again.');
    } catch (error) {
      expect(error).toBeInstanceOf(InfraError);
      return renderError(error).replace(file, 'FILE');
    }
    return 'read';
  };
  expect(message()).toBe('FILE is missing\n  Run it again.');
  writeFileSync(file, '{');
  expect(message()).toBe('FILE is damaged: it is not JSON\n  Run it again.');
  writeFileSync(file, '{"name": "a", "sizes": [1, "2"]}');
  expect(message()).toMatch(/^FILE is damaged: sizes\[1\]: .*number/);
  expect(existsSync(file)).toBe(true);
});

it('does not take a file that cannot be read for a missing one', () => {
  const folder = path.join(temporaryFolder(), 'a.json');
  mkdirSync(folder);
  expect(() => readCachedJson(folder, schema)).toThrow(/a\.json cannot be read: EISDIR/);
});

it('says in one line what does not fit', () => {
  expect(parseJson(whole, schema)).toEqual({ success: true, data: { name: 'a', sizes: [1, 2] } });
  expect(parseJson('3', schema)).toMatchObject({
    success: false,
    why: expect.stringMatching(/^[^\n]*object[^\n]*$/) as string,
  });
});
