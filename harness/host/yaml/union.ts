// SPDX-License-Identifier: GPL-2.0-only
// Which alternative of a union a value was meant for, so that an error speaks of that one.

import {
  alternativesOf,
  choicesOf,
  elementOf,
  propertiesOf,
  takesType,
  typeOf,
  type JsonSchema,
} from './json-schema.ts';

/** The key whose value tells the alternatives apart: each of them accepts only certain values of it. */
export function discriminatorOf(schema: JsonSchema): string | undefined {
  const [first, ...others] = alternativesOf(schema).map(propertiesOf);
  const chooses = (shape: ReadonlyMap<string, JsonSchema>, key: string): boolean =>
    choicesOf(shape.get(key) ?? {}).length > 0;
  return [...(first?.keys() ?? [])].find((key) =>
    [first, ...others].every((shape) => chooses(shape ?? new Map(), key)),
  );
}

/**
 * Index of the alternative that a value fits best: the one that its discriminator names; else the right type first,
 * then the most keys that it knows.
 */
export function fittingAlternative(schema: JsonSchema, value: unknown): number {
  const named = namedAlternative(schema, value);
  if (named >= 0) return named;
  const keys = typeOf(value) === 'object' ? Object.keys(value ?? {}) : [];
  const scores = alternativesOf(schema).map((one) => {
    const known = propertiesOf(one);
    return Number(takesType(one, typeOf(value))) + keys.filter((key) => known.has(key)).length;
  });
  return scores.indexOf(Math.max(...scores));
}

/** Index of the alternative that the value's discriminator names; -1 when there is none. */
function namedAlternative(schema: JsonSchema, value: unknown): number {
  const key = discriminatorOf(schema);
  if (key === undefined) return -1;
  const chosen = valueAt(value, [key]);
  return alternativesOf(schema).findIndex((one) => choicesOf(propertiesOf(one).get(key) ?? {}).includes(chosen));
}

/** The keys that a block knows. Of a union those of every alternative, or of the one that the value names. */
export function keysOf(schema: JsonSchema, value?: unknown): string[] {
  const alternatives = alternativesOf(schema);
  const named = alternatives[namedAlternative(schema, value)];
  if (named !== undefined) return keysOf(named);
  return [...new Set([...propertiesOf(schema).keys(), ...alternatives.flatMap((one) => keysOf(one))])];
}

/** The schema of what is at a path in a value. Of a union the alternative is taken that the value fits best. */
export function schemaAt(schema: JsonSchema, value: unknown, path: readonly PropertyKey[]): JsonSchema {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  const alternatives = alternativesOf(schema);
  if (key === discriminatorOf(schema)) return { anyOf: alternatives.map((one) => propertiesOf(one).get(key) ?? {}) };
  if (alternatives.length > 0) return schemaAt(alternatives[fittingAlternative(schema, value)] ?? {}, value, path);
  const inner = propertiesOf(schema).get(String(key)) ?? elementOf(schema) ?? {};
  return schemaAt(inner, valueAt(value, [key]), rest);
}

/** What is at a path in a value; undefined when nothing is. */
export function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, key) => {
    if (inner === null || typeof inner !== 'object' || !Object.hasOwn(inner, key)) return undefined;
    return Reflect.get(inner, key);
  }, value);
}
