// SPDX-License-Identifier: GPL-2.0-only
// What a zod schema wants, in words for a person who writes YAML: `one of pc, q35`, `a whole number of 1 to 64`.

/** The inside of a schema, as far as it is read here. */
interface Definition {
  type: string;
  innerType?: unknown;
  in?: unknown;
  element?: unknown;
  valueType?: unknown;
  keyType?: unknown;
  format?: string;
  options?: readonly unknown[];
  /** The key whose value chooses among the options. */
  discriminator?: string;
  shape?: Record<string, unknown>;
  entries?: Record<string, unknown>;
  values?: readonly unknown[];
  checks?: readonly { _zod: { def: Check } }[];
}

interface Check {
  check: string;
  format?: string;
  pattern?: RegExp;
  error?: (issue: object) => unknown;
  minimum?: number;
  maximum?: number;
  value?: number;
  inclusive?: boolean;
}

const wrappers = ['optional', 'default', 'nullable', 'prefault', 'readonly'];

/** The definition of a schema below its wrappers (optional, default, what is transformed afterwards). */
export function definitionOf(schema: unknown): Definition | undefined {
  const def = (schema as { def?: Definition } | undefined)?.def;
  if (def === undefined) return undefined;
  if (wrappers.includes(def.type)) return definitionOf(def.innerType);
  return def.type === 'pipe' ? definitionOf(def.in) : def;
}

/** The keys that a schema knows at its top. Of a union those of every alternative, or of the one that a value names. */
export function keysOf(schema: unknown, value?: unknown): string[] {
  const def = definitionOf(schema);
  if (def?.type !== 'union') return Object.keys(def?.shape ?? {});
  const options = def.options ?? [];
  const named = namedOption(options, value, def.discriminator);
  return named >= 0 ? keysOf(options[named]) : [...new Set(options.flatMap((option) => keysOf(option)))];
}

/** The schema of what lies at a path in a value. Of a union the alternative is taken that the value fits best. */
export function schemaAt(schema: unknown, value: unknown, path: readonly PropertyKey[]): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return schema;
  const def = definitionOf(schema);
  if (def?.type === 'union') {
    const options = def.options ?? [];
    if (key === def.discriminator) return { def: { type: 'union', options: options.map((one) => shapeOf(one)[key]) } };
    return schemaAt(options[fittingOption(options, value, def.discriminator)], value, path);
  }
  const inner = (value as Record<PropertyKey, unknown> | null | undefined)?.[key];
  if (def?.type === 'object') return schemaAt(def.shape?.[String(key)], inner, rest);
  if (def?.type === 'array') return schemaAt(def.element, inner, rest);
  if (def?.type === 'record') return schemaAt(def.valueType, inner, rest);
  return undefined;
}

function shapeOf(schema: unknown): Record<string, unknown> {
  return definitionOf(schema)?.shape ?? {};
}

/**
 * Index of the alternative that a value fits best: the one that its discriminator names; else the right kind of value
 * first, then the most keys that it knows.
 */
export function fittingOption(options: readonly unknown[], value: unknown, discriminator?: string): number {
  const named = namedOption(options, value, discriminator);
  if (named >= 0) return named;
  const scores = options.map((option) => {
    const fits = kindOf(definitionOf(option)) === kindOfValue(value);
    const known = fits && kindOfValue(value) === 'block' ? keysOf(option) : [];
    return Number(fits) + Object.keys(value ?? {}).filter((key) => known.includes(key)).length;
  });
  return scores.indexOf(Math.max(...scores));
}

/** Index of the alternative that the value's discriminating key names; -1 when there is none. */
function namedOption(options: readonly unknown[], value: unknown, discriminator: string | undefined): number {
  if (discriminator === undefined) return -1;
  const chosen = (value as Record<string, unknown> | null | undefined)?.[discriminator];
  return options.findIndex((option) => choices(definitionOf(shapeOf(option)[discriminator])).includes(chosen));
}

/** How many of the alternatives take this kind of value at all. */
export function optionsOfKind(options: readonly unknown[], value: unknown): number {
  return options.filter((option) => kindOf(definitionOf(option)) === kindOfValue(value)).length;
}

/** What a schema wants, in words that go after `must be`. */
export function wantedWords(schema: unknown): string {
  const def = definitionOf(schema);
  const checks = (def?.checks ?? []).map((check) => check._zod.def);
  switch (def?.type) {
    case 'string':
      return textWords(checks);
    case 'number':
      return `${def.format === 'safeint' ? 'a whole number' : 'a number'}${boundWords(checks)}`;
    case 'boolean':
      return 'true or false';
    case 'enum':
    case 'literal':
      return oneOf(choices(def));
    case 'array':
      return `a list${lengthWords(checks)}: [${plainElement(def.element)}, ...]`;
    case 'object':
      return blockWords(Object.keys(def.shape ?? {}));
    case 'record':
      return 'a block of keys';
    case 'union':
      return joined([...new Set(unionWords(def.options ?? []))]);
    default:
      return 'something else';
  }
}

/** The description of a schema, which wrappers may carry further out or in. */
export function descriptionOf(schema: unknown): string | undefined {
  const outer = schema as { def: Definition; description?: string } | undefined;
  if (outer === undefined) return undefined;
  const { innerType, in: inside } = outer.def;
  return outer.description ?? descriptionOf(innerType ?? inside);
}

/** A value as a person knows it from YAML. */
export function valueWords(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object') return 'a block of keys';
  if (typeof value === 'string') return value === '' ? 'an empty text' : `\`${value}\``;
  return JSON.stringify(value);
}

/** Every word that a schema of words (enum, literal, or a union with such) takes. */
export function wordsOf(schema: unknown): string[] {
  const def = definitionOf(schema);
  if (def?.type === 'union') return (def.options ?? []).flatMap(wordsOf);
  return choices(def).filter((word) => typeof word === 'string');
}

/** True when any text will do, and nothing but text: a bare number or true must be put in quotes. */
export function isFreeText(schema: unknown): boolean {
  return definitionOf(schema)?.type === 'string' && wantedWords(schema) === 'text';
}

/** The values of an enum or a literal. */
function choices(def: Definition | undefined): unknown[] {
  return [...Object.values(def?.entries ?? {}), ...(def?.values ?? [])];
}

/** Alternatives that are all blocks count as one, with the keys that they share. */
function unionWords(options: readonly unknown[]): string[] {
  const blocks = options.filter((option) => definitionOf(option)?.type === 'object').map((option) => keysOf(option));
  const others = options.filter((option) => definitionOf(option)?.type !== 'object').flatMap(alternatives);
  const [first = [], ...more] = blocks;
  const shared = first.filter((key) => more.every((keys) => keys.includes(key)));
  return [...others, ...(shared.length > 0 ? [shared] : blocks).map(blockWords)];
}

function blockWords(keys: readonly string[]): string {
  return `a block with ${keys.length === 1 ? 'the key' : 'keys such as'} ${keys.join(', ')}`;
}

function alternatives(schema: unknown): string[] {
  const words = choices(definitionOf(schema));
  return words.length > 0 ? words.map(choiceWords) : [wantedWords(schema)];
}

function textWords(checks: readonly Check[]): string {
  const format = checks.find(({ check, pattern }) => check === 'string_format' && pattern !== undefined);
  if (format === undefined) return 'text';
  const own = format.error?.({});
  const pattern = `text that matches ${String(format.pattern)}`;
  return typeof own === 'string' ? own.replace(/^must be /, '') : pattern;
}

function boundWords(checks: readonly Check[]): string {
  const bound = (check: string): number | undefined => checks.find((one) => one.check === check)?.value;
  return rangeWords(bound('greater_than'), bound('less_than'));
}

function lengthWords(checks: readonly Check[]): string {
  const least = checks.find(({ check }) => check === 'min_length')?.minimum;
  return rangeWords(least, checks.find(({ check }) => check === 'max_length')?.maximum);
}

function rangeWords(least: number | undefined, most: number | undefined): string {
  if (least === undefined) return most === undefined ? '' : ` of at most ${most}`;
  if (most === undefined) return ` of at least ${least}`;
  return least === most ? ` of ${least}` : ` of ${least} to ${most}`;
}

function plainElement(schema: unknown): string {
  const def = definitionOf(schema);
  if (def?.type === 'object') return `{${Object.keys(def.shape ?? {}).join(', ')}}`;
  if (def?.type === 'record' || def?.type === 'unknown') return '{...}';
  if (def?.type === 'union') return (def.options ?? []).map(plainElement).join(' or ');
  return def?.type === 'string' && textWords((def.checks ?? []).map(({ _zod }) => _zod.def)) === 'text'
    ? 'NAME'
    : wantedWords(schema);
}

function oneOf(words: readonly unknown[]): string {
  const texts = words.map(choiceWords);
  return texts.length === 1 ? (texts[0] ?? '') : `one of ${texts.join(', ')}`;
}

/** A value to choose; one of several words is marked as one. */
function choiceWords(value: unknown): string {
  return /\s/.test(String(value)) ? `\`${String(value)}\`` : String(value);
}

function joined(parts: readonly string[]): string {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} or ${parts.at(-1) ?? ''}`;
}

function kindOf(def: Definition | undefined): string {
  switch (def?.type) {
    case 'object':
    case 'record':
      return 'block';
    case 'array':
      return 'list';
    case 'literal':
      return kindOfValue(def.values?.[0]);
    case 'enum':
      return 'string';
    default:
      return def?.type ?? 'none';
  }
}

function kindOfValue(value: unknown): string {
  if (Array.isArray(value)) return 'list';
  if (value !== null && typeof value === 'object') return 'block';
  return typeof value;
}
