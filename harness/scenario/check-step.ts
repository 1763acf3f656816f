// SPDX-License-Identifier: GPL-2.0-only
// Checks one entry of `steps:`: its kind, its keys, and the names of the scenario that it uses.

import type { z } from 'zod';
import { UsageError } from '../host/errors.ts';
import { checkYaml } from '../host/yaml/check.ts';
import { closest } from '../host/yaml/closest.ts';
import type { YamlFile } from '../host/yaml/yaml.ts';
import { rangeHelp, rangeProblem } from '../verdict/kernel-range.ts';
import { parseDuration } from './duration.ts';
import { oldStepCommonKeys, oldStepKeys, oldStepNames } from './old-keys.ts';
import { stepCommon } from './schema.ts';
import { noArguments, type StepKind } from './step.ts';
import { stepKinds } from './steps.ts';

export interface LoadedStep {
  kind: StepKind<unknown>;
  args: unknown;
  /** Milliseconds before the slowdown. */
  deadlineMs: number;
  /** Range of kernels that it is for. */
  kernels: string | undefined;
  /** How long it may take, milliseconds before the slowdown. */
  takesMs?: number | undefined;
  /** The name under which it runs in the background. */
  background?: string | undefined;
  /** Milliseconds before it begins, before the slowdown: of each repetition in turn. */
  delaysMs?: readonly number[] | undefined;
}

const singular = {
  devices: 'device',
  regions: 'region',
  memdevs: 'CXL device',
  buses: 'bus',
  mounts: 'mount',
  files: 'file',
  processes: 'group of processes',
} as const;
const kindsOfNames = ['devices', 'regions', 'memdevs', 'buses', 'mounts', 'files', 'processes'] as const;

/** The names of a scenario that steps may use. */
export type Names = Record<keyof typeof singular, string[]>;

type Entry = string | Record<string, unknown>;
type Path = readonly PropertyKey[];

const defaultMs = 5000;
const keys = stepKinds.map((kind) => kind.key);
const hint = `steps: ${keys.join(', ')}`;

/** Checks all but the names that a step uses. @throws UsageError with file, line and column. */
export function checkStep(yaml: YamlFile, entry: Entry, at: Path): LoadedStep {
  const { kind, path } = kindOf(yaml, entry, at);
  const common: Common = typeof entry === 'string' ? { kernels: undefined } : checkCommon(yaml, entry, at);
  const args = kind.schema === noArguments ? checkNone(yaml, kind, entry, path) : checkArgs(yaml, kind, entry, path);
  const { takesMs = 0 } = common;
  const { deadlineMs = Math.max(kind.deadlineMs ?? defaultMs, 2 * takesMs), ...others } = common;
  if (takesMs > deadlineMs)
    throw new UsageError('`takes` is longer than `deadline`: the step would count as a hang before', {
      at: yaml.at([...at, 'takes']),
    });
  return { kind, args, ...others, deadlineMs };
}

function kindOf(yaml: YamlFile, entry: Entry, at: Path): { kind: StepKind<unknown>; path: Path } {
  const own = typeof entry === 'string' ? [entry] : Object.keys(entry).filter((key) => !(key in stepCommon));
  const [key, second] = own;
  if (key === undefined) throw new UsageError('a step without an action or an expectation', { at: yaml.at(at), hint });
  const path = typeof entry === 'string' ? at : [...at, key];
  const kind = stepKinds.find((one) => one.key === key);
  if (kind === undefined) throw unknownName('step', key, keys, { at: yaml.at(path), hint }, oldStepNames);
  if (second === undefined) return { kind, path };
  const detail = { at: yaml.at([...at, second]) };
  const common = Object.keys(stepCommon);
  if (Object.hasOwn(oldStepCommonKeys, second) || closest(second, common) !== undefined)
    throw unknownName('key', second, common, detail, oldStepCommonKeys);
  throw new UsageError(`a step does one thing; this one has ${own.join(' and ')}`, detail);
}

function checkNone(yaml: YamlFile, { key }: StepKind<unknown>, entry: Entry, path: Path): null {
  if (typeof entry === 'string' || entry[key] === null) return null;
  throw new UsageError(`\`${key}\` has no arguments; write \`- ${key}\``, { at: yaml.at(path) });
}

function checkArgs(yaml: YamlFile, kind: StepKind<unknown>, entry: Entry, path: Path): unknown {
  if (typeof entry !== 'string') return checkYaml(yaml, kind.schema, path, { renamed: oldStepKeys });
  throw new UsageError(`\`${kind.key}\` needs arguments, such as \`${kind.example}\``, { at: yaml.at(path) });
}

/** @throws UsageError for a name that the scenario does not have. */
export function checkNames(yaml: YamlFile, { kind, args }: LoadedStep, path: Path, names: Names): void {
  const used: Partial<Names> = kind.names?.(args) ?? {};
  for (const what of kindsOfNames) {
    for (const name of used[what] ?? []) {
      if (names[what].includes(name)) continue;
      const meant = closest(name, names[what]);
      throw new UsageError(
        `this scenario has no ${singular[what]} \`${name}\`${meant === undefined ? '' : `, did you mean \`${meant}\`?`}`,
        { at: yaml.at(path), hint: `${what}: ${names[what].join(', ') || 'none'}` },
      );
    }
  }
}

type Common = Pick<LoadedStep, 'kernels' | 'background' | 'delaysMs' | 'takesMs'> & { deadlineMs?: number | undefined };

function checkCommon(yaml: YamlFile, entry: Record<string, unknown>, at: Path): Common {
  const given = <T>(key: keyof typeof stepCommon, schema: z.ZodType<T>): T | undefined =>
    entry[key] === undefined ? undefined : checkYaml(yaml, schema, [...at, key]);
  const deadline = given('deadline', stepCommon.deadline);
  const kernels = given('kernels', stepCommon.kernels);
  const delay = given('delay', stepCommon.delay);
  const takes = given('takes', stepCommon.takes);
  if (kernels !== undefined) checkRange(yaml, kernels, [...at, 'kernels']);
  return {
    deadlineMs: deadline === undefined ? undefined : parseDuration(deadline),
    kernels,
    takesMs: takes === undefined ? undefined : parseDuration(takes),
    background: given('background', stepCommon.background),
    delaysMs: delay === undefined ? undefined : [delay].flat().map((one) => parseDuration(one) ?? 0),
  };
}

/** @throws UsageError unless it is a range of kernels. */
function checkRange(yaml: YamlFile, range: string, at: Path): void {
  const problem = rangeProblem(range);
  if (problem !== undefined) throw new UsageError(problem, { at: yaml.at(at), hint: rangeHelp });
}

/** An error for a name that is not known: with its new name if it is an old one, else with the one that was meant. */
export function unknownName(
  what: string,
  name: string,
  candidates: readonly string[],
  detail: { at: string; hint?: string },
  old: Readonly<Record<string, string>> = {},
): UsageError {
  const today = Object.hasOwn(old, name) ? old[name] : undefined;
  const meant = closest(name, candidates);
  const suggestion =
    today !== undefined ? `: it is \`${today}\` now` : meant === undefined ? '' : `, did you mean \`${meant}\`?`;
  return new UsageError(`unknown ${what} \`${name}\`${suggestion}`, detail);
}
