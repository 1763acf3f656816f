// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { z } from 'zod';
import { jsonSchemaOf } from '../../../harness/host/yaml/json-schema.ts';
import { discriminatorOf, fittingAlternative, keysOf, schemaAt, valueAt } from '../../../harness/host/yaml/union.ts';

const routes = jsonSchemaOf(
  z.discriminatedUnion('route', [
    z.strictObject({ page: z.int(), route: z.literal('ars'), bus: z.string() }),
    z.strictObject({ page: z.int(), route: z.enum(['mce', 'einj']), kind: z.boolean() }),
  ]),
);
const mixed = jsonSchemaOf(
  z.union([
    z.string(),
    z.array(z.int()),
    z.strictObject({ to: z.string(), none: z.literal(true) }),
    z.strictObject({ to: z.string(), code: z.string(), lsb: z.int().optional() }),
  ]),
);

it('finds the key that tells the alternatives apart', () => {
  expect(discriminatorOf(routes)).toBe('route');
  expect(discriminatorOf(mixed)).toBeUndefined();
  expect(discriminatorOf(jsonSchemaOf(z.string()))).toBeUndefined();
});

it.each([
  ['the alternative that the key names', routes, { route: 'einj', bus: 'x' }, 1],
  ['the one with most known keys, when the key names none', routes, { route: 'no', bus: 'x' }, 0],
  ['the right type', mixed, [1], 1],
  ['the first of that type', mixed, { to: 'a' }, 2],
  ['the one with most known keys', mixed, { to: 'a', lsb: 1 }, 3],
  ['text for text', mixed, 'a', 0],
])('takes %s', (_, schema, value, index) => expect(fittingAlternative(schema, value)).toBe(index));

it('knows the keys of all alternatives, or of the named one', () => {
  expect(keysOf(routes)).toEqual(['page', 'route', 'bus', 'kind']);
  expect(keysOf(routes, { route: 'mce' })).toEqual(['page', 'route', 'kind']);
  expect(keysOf(mixed)).toEqual(['to', 'none', 'code', 'lsb']);
});

it('finds the schema at a path', () => {
  expect(schemaAt(mixed, { to: 'a', lsb: 1 }, ['lsb'])).toMatchObject({ type: 'integer' });
  expect(schemaAt(mixed, [1], [0])).toMatchObject({ type: 'integer' });
  expect(schemaAt(routes, {}, ['route'])).toMatchObject({ anyOf: [{ const: 'ars' }, { enum: ['mce', 'einj'] }] });
  expect(schemaAt(jsonSchemaOf(z.record(z.string(), z.boolean())), { a: 1 }, ['a'])).toMatchObject({ type: 'boolean' });
  expect(schemaAt(mixed, { to: 'a' }, ['constructor'])).toEqual({});
});

it('finds the value at a path, and nothing that every object has', () => {
  expect(valueAt({ a: [1, { b: 2 }] }, ['a', 1, 'b'])).toBe(2);
  expect(valueAt({ a: null }, ['a', 'b'])).toBeUndefined();
  expect(valueAt({}, ['constructor'])).toBeUndefined();
});
