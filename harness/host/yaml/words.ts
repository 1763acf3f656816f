// SPDX-License-Identifier: GPL-2.0-only
// What a schema wants and what was found, in words for a person who writes YAML: `one of pc, q35`, `a whole number from 1 to 8`.

import {
  alternativesOf,
  choicesOf,
  elementOf,
  isBlock,
  isFreeText,
  propertiesOf,
  type JsonSchema,
} from './json-schema.ts';

/** What a schema wants, in words that go after `must be`. */
export function wantedWords(schema: JsonSchema): string {
  const choices = choicesOf(schema).map(choiceWords);
  if (choices.length > 0) return choices.length === 1 ? choices.join('') : `one of ${choices.join(', ')}`;
  switch (schema.type) {
    case 'string':
      return schema.pattern === undefined ? 'text' : (schema.wanted ?? `text that matches /${schema.pattern}/`);
    case 'integer':
      return `a whole number${numberRange(schema)}`;
    case 'number':
      return `a number${numberRange(schema)}`;
    case 'boolean':
      return 'true or false';
    case 'array':
      return `a list${lengthRange(schema)}: [${elementWords(elementOf(schema))}, ...]`;
    case 'object':
      return isBlock(schema) ? blockWords([...propertiesOf(schema).keys()]) : 'a block of keys';
    default:
      return joined([...new Set(unionWords(alternativesOf(schema)))]);
  }
}

/** A value as a person knows it from YAML. */
export function valueWords(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list with ${entries(value.length)}`;
  if (typeof value === 'object') return 'a block of keys';
  if (typeof value === 'string') return value === '' ? 'an empty text' : `\`${value}\``;
  return JSON.stringify(value);
}

/** Alternatives that are all blocks count as one, with the keys that they share. */
function unionWords(alternatives: readonly JsonSchema[]): string[] {
  const blocks = alternatives.filter(isBlock).map((one) => [...propertiesOf(one).keys()]);
  const others = alternatives.filter((one) => !isBlock(one)).flatMap(alternativeWords);
  const [first = [], ...more] = blocks;
  const shared = first.filter((key) => more.every((keys) => keys.includes(key)));
  return [...others, ...(shared.length > 0 ? [shared] : blocks).map(blockWords)];
}

function alternativeWords(schema: JsonSchema): string[] {
  const choices = choicesOf(schema);
  return choices.length > 0 ? choices.map(choiceWords) : [wantedWords(schema)];
}

function blockWords(keys: readonly string[]): string {
  return `a block with ${keys.length === 1 ? 'the key' : 'keys such as'} ${keys.join(', ')}`;
}

function elementWords(schema: JsonSchema = {}): string {
  if (isBlock(schema)) return `{${[...propertiesOf(schema).keys()].join(', ')}}`;
  const alternatives = alternativesOf(schema);
  if (alternatives.length > 0) return alternatives.map(elementWords).join(' or ');
  if (isFreeText(schema)) return 'NAME';
  return schema.type === undefined || schema.type === 'object' ? '{...}' : wantedWords(schema);
}

/** ` from 1 to 8`, ` of at least 1`; nothing when there is no limit. */
function numberRange({ minimum, maximum }: JsonSchema): string {
  // What zod's z.int() means by itself is no limit that a person should read of.
  const least = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`;
  if (least !== undefined) return ` of at least ${least}`;
  return most === undefined ? '' : ` of at most ${most}`;
}

/** ` with at least 1 entry`; nothing when there is no limit. */
function lengthRange({ minItems: least, maxItems: most }: JsonSchema): string {
  if (least !== undefined && most !== undefined)
    return ` with ${least === most ? entries(least) : `${least} to ${entries(most)}`}`;
  if (least !== undefined) return ` with at least ${entries(least)}`;
  return most === undefined ? '' : ` with at most ${entries(most)}`;
}

function entries(count: number): string {
  return count === 1 ? '1 entry' : `${count} entries`;
}

/** A value to choose; one of several words is marked as one. */
function choiceWords(value: unknown): string {
  return /\s/.test(String(value)) ? `\`${String(value)}\`` : String(value);
}

function joined(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} or ${parts.at(-1) ?? ''}`;
}
