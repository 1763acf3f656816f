// SPDX-License-Identifier: GPL-2.0-only
// What a zod schema accepts, as JSON Schema: the words for a person are made from this, not from the insides of zod.

import { z } from 'zod';

/** `wanted` says what a text with a pattern is, in the schema's own words: `a duration such as 500ms`. */
export type JsonSchema = z.core.JSONSchema.BaseSchema & { wanted?: string };

/** The JSON schema of what may be written (not of what zod makes of it). */
export function jsonSchemaOf(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const wanted = jsonSchema.pattern === undefined ? undefined : ownWords(zodSchema);
      if (wanted !== undefined) jsonSchema['wanted'] = wanted;
    },
  });
}

/** The alternatives of a union; empty for anything else. */
export function alternativesOf({ anyOf, oneOf }: JsonSchema): JsonSchema[] {
  return anyOf ?? oneOf ?? [];
}

/** The keys of a block that has a fixed set of keys, each with its schema. */
export function propertiesOf({ properties = {} }: JsonSchema): Map<string, JsonSchema> {
  return new Map(
    Object.entries(properties).map(([key, schema]) => [key, typeof schema === 'object' ? schema : {}] as const),
  );
}

/** The schema of each entry of a list, or of each value of a block whose keys are free. */
export function elementOf({ items, additionalProperties }: JsonSchema): JsonSchema | undefined {
  const element = items ?? additionalProperties;
  return typeof element === 'object' && !Array.isArray(element) ? element : undefined;
}

/** The schema of the keys of a block whose keys are free. */
export function keyNameOf({ propertyNames }: JsonSchema): JsonSchema | undefined {
  return typeof propertyNames === 'object' ? propertyNames : undefined;
}

/** The only values that are accepted; empty when there is no such list. */
export function choicesOf(schema: JsonSchema): unknown[] {
  return schema.const === undefined ? (schema.enum ?? []) : [schema.const];
}

/** Every word that a schema of words accepts, or a union of such schemas. */
export function wordsOf(schema: JsonSchema): string[] {
  return [...choicesOf(schema), ...alternativesOf(schema).flatMap(wordsOf)].filter((word) => typeof word === 'string');
}

/** True when any text will do, and nothing but text. */
export function isFreeText(schema: JsonSchema): boolean {
  return schema.type === 'string' && schema.pattern === undefined && choicesOf(schema).length === 0;
}

/** True for a block with a fixed set of keys. */
export function isBlock(schema: JsonSchema): boolean {
  return schema.type === 'object' && schema.properties !== undefined;
}

/** The type of a value, in the words of JSON Schema. */
export function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** True when a schema takes values of this type. */
export function takesType(schema: JsonSchema, type: string): boolean {
  return schema.type === type || (schema.type === 'integer' && type === 'number');
}

/**
 * JSON Schema has no place for the error text of a pattern, so it is asked for with texts that a pattern rejects.
 * An error text of the schema goes before the one that is given to safeParse.
 */
function ownWords(schema: z.core.$ZodType): string | undefined {
  const unnamed = 'no words of its own';
  const messages = ['', '\0'].flatMap((text) => {
    const issues = z.safeParse(schema, text, { error: () => unnamed }).error?.issues ?? [];
    return issues.filter(({ code }) => code === 'invalid_format').map(({ message }) => message);
  });
  const [message = unnamed] = messages;
  return message === unnamed ? undefined : message.replace(/^must be /, '');
}
