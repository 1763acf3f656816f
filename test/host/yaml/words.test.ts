// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { z } from 'zod';
import { jsonSchemaOf } from '../../../harness/host/yaml/json-schema.ts';
import { valueWords, wantedWords } from '../../../harness/host/yaml/words.ts';

const own = z.string().regex(/^\d+(ms|s)$/, 'a duration such as 10s');

it.each([
  ['a text', z.string(), 'text'],
  ['what is changed after it is read', z.string().transform(Number), 'text'],
  ['a pattern with words of its own', own, 'a duration such as 10s'],
  ['the same below wrappers', own.describe('How long').prefault('1s'), 'a duration such as 10s'],
  ['the same with a check after it', own.optional().refine(() => true), 'a duration such as 10s'],
  ['words that begin like the sentence', z.string().regex(/^a/, 'must be an a'), 'an a'],
  ['a pattern that matches an empty text', z.string().regex(/^[a-z]*$/, 'small letters'), 'small letters'],
  ['a pattern without words', z.string().regex(/^\d+$/), 'text that matches /^\\d+$/'],
  ['a whole number', z.int(), 'a whole number'],
  ['a number with limits', z.number().min(-1).max(1.5), 'a number from -1 to 1.5'],
  ['a single value', z.literal('poison'), 'poison'],
  ['values', z.literal([1, true, 'shut down']), 'one of 1, true, `shut down`'],
  ['a list of texts', z.array(z.string()), 'a list: [NAME, ...]'],
  ['a list of choices', z.array(z.enum(['a', 'b'])).max(3), 'a list with at most 3 entries: [one of a, b, ...]'],
  ['a list of anything', z.array(z.unknown()), 'a list: [{...}, ...]'],
  ['a list of blocks', z.array(z.strictObject({ a: z.int(), b: z.int() })), 'a list: [{a, b}, ...]'],
  ['a block', z.strictObject({ a: z.int() }), 'a block with the key a'],
  ['a block with free keys', z.record(z.string(), z.int()), 'a block of keys'],
  [
    'blocks that share a key',
    z.union([z.object({ a: z.int(), b: z.int() }), z.object({ a: z.int() })]),
    'a block with the key a',
  ],
  [
    'several types',
    z.union([z.literal('all'), z.int().min(0), own]),
    'all, a whole number of at least 0 or a duration such as 10s',
  ],
])('says what is wanted: %s', (_, schema, words) => expect(wantedWords(jsonSchemaOf(schema))).toBe(words));

it.each([
  [['a'], 'a list with 1 entry'],
  [[], 'an empty list'],
  [{ a: 1 }, 'a block of keys'],
  ['a b', '`a b`'],
  ['', 'an empty text'],
  [null, 'nothing'],
  [1.5, '1.5'],
  [true, 'true'],
])('says what was found: %j', (value, words) => expect(valueWords(value)).toBe(words));
