// SPDX-License-Identifier: GPL-2.0-only
// From a YAML file to a scenario that can be planned: every key, name and layer checked, each error with its place.

import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { UsageError } from '../host/errors.ts';
import { projectRoot } from '../host/places.ts';
import { checkYaml } from '../host/yaml/check.ts';
import { closest } from '../host/yaml/closest.ts';
import { parseYaml, readYaml, type YamlFile } from '../host/yaml/yaml.ts';
import { loadMachine, type Machine } from '../machine/machine.ts';
import { LayerError, type LayerKind, type Stack } from '../storage/layer.ts';
import { layerKinds } from '../storage/layers.ts';
import { loadBugs } from '../verdict/bugs.ts';
import { rangeHelp, rangeProblem } from '../verdict/kernel-range.ts';
import { checkKnownEntry, type KnownEntry } from '../verdict/known.ts';
import { parseDuration } from './duration.ts';
import { checkNeeds, loadFeatures, refuseOldNeeds, type Feature } from './features.ts';
import { layOut, type Layout } from './layout.ts';
import { scenarioSchema, stepCommon, type ScenarioSpec } from './schema.ts';
import type { StepKind } from './step.ts';
import { stepKinds } from './steps.ts';

interface LoadedLayer {
  kind: LayerKind<unknown>;
  spec: unknown;
}

export interface LoadedStep {
  kind: StepKind<unknown>;
  args: unknown;
  /** Milliseconds before the slowdown. */
  withinMs: number;
  /** Range of kernels that it is for. */
  kernels: string | undefined;
}

export interface Scenario {
  /** Its path below scenarios/ without .yaml, or as given. */
  name: string;
  file: string;
  spec: Omit<ScenarioSpec, 'stack' | 'steps' | 'known'>;
  machine: Machine;
  layers: LoadedLayer[];
  steps: LoadedStep[];
  /** The features that a kernel must have. */
  features: Feature[];
  known: KnownEntry[];
  /** What steps may name. */
  names: Names;
}

const defaultStepMs = 5000;
const folder = path.join(projectRoot, 'scenarios');

/** Names of the scenarios that ship. */
export function scenarioNames(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort();
}

/**
 * The scenarios that words name: a name (`remove/shared-mappers`), a folder (`remove`), a file of the user's, a word of
 * `covers`; all that ship when there are no words.
 */
export function findScenarios(words: readonly string[]): Scenario[] {
  const names = scenarioNames();
  if (words.length === 0) return names.map((name) => loadShipped(name));
  const found = words.flatMap((word) => {
    if (names.includes(word)) return [loadShipped(word)];
    const below = names.filter((name) => name.startsWith(`${word.replace(/\/$/, '')}/`));
    if (below.length > 0) return below.map((name) => loadShipped(name));
    if (existsSync(word) && statSync(word).isFile()) return [loadScenario(word)];
    const covering = names.map((name) => loadShipped(name)).filter(({ spec }) => spec.covers.includes(word));
    if (covering.length > 0) return covering;
    const folders = names.map((name) => path.dirname(name));
    const meant = closest(word, [...names, ...folders, ...names.map((name) => path.basename(name))]);
    throw new UsageError(
      `there is no scenario \`${word}\`${meant === undefined ? '' : `, did you mean \`${meant}\`?`}`,
      {
        hint: `a name, a folder, a word that scenarios cover, or a file; npx hazmat scenario list shows them`,
      },
    );
  });
  return [...new Map(found.map((scenario) => [path.resolve(scenario.file), scenario])).values()];
}

function loadShipped(name: string): Scenario {
  return loadScenario(path.join(folder, `${name}.yaml`), name);
}

/** Loads a scenario file. @throws UsageError with file, line, column and what would be right. */
export function loadScenario(file: string, name?: string): Scenario {
  const shown = path.relative(process.cwd(), path.resolve(file));
  const inside = path.relative(folder, path.resolve(file));
  const ownName = inside.startsWith('..') ? file : inside.slice(0, -path.extname(inside).length);
  return checkScenario(readYaml(file, shown), name ?? ownName, file);
}

/** The same for text; for tests and editors. */
export function parseScenario(text: string, name: string): Scenario {
  return checkScenario(parseYaml(text, name), name, name);
}

function checkScenario(yaml: YamlFile, name: string, file: string): Scenario {
  refuseOldNeeds(yaml);
  const { stack, steps, known, ...spec } = checkYaml(yaml, scenarioSchema);
  const machine = loadMachine(spec.machine, yaml.at(['machine']));
  const layers = stack.map((entry, index) => checkLayer(yaml, entry, index));
  const laid = tryLay(yaml, layers, machine);
  checkFiles(yaml, spec.files);
  const files = layOut(spec.files, spec.processes).files;
  checkProcesses(yaml, spec, files);
  for (const path of files.keys()) {
    if ([...laid.mounts.keys()].some((at) => path.startsWith(`${at}/`)) || isDevdax(laid, path)) continue;
    const group = Object.entries(spec.processes).find(([, process]) => process.map === path)?.[0];
    const where = group === undefined ? ['files', path] : ['processes', group, 'map'];
    throw new UsageError(`${path} lies on no filesystem of the stack`, {
      at: yaml.at(where),
      hint: `filesystems: ${[...laid.mounts.keys()].join(', ') || 'none'}`,
    });
  }
  const names = {
    devices: [...laid.devices.keys()],
    mounts: [...laid.mounts.keys()],
    files: [...files.keys()],
    processes: Object.keys(spec.processes),
  };
  return {
    name,
    file,
    spec,
    machine,
    layers,
    steps: steps.map((entry, index) => checkStep(yaml, entry, index, names)),
    names,
    features: checkNeeds(yaml, spec.needs, loadFeatures()),
    known: known.map((_, index) => checkKnownEntry(yaml, ['known', index], loadBugs())),
  };
}

/** One step for a scenario, as YAML. @throws UsageError as for a step in the file. */
export function parseStep(text: string, { names }: Scenario): LoadedStep {
  const yaml = parseYaml(`steps: [{${text}}]`, 'step');
  const [entry] = (yaml.value as { steps: unknown[] }).steps;
  return checkStep(yaml, entry as Record<string, unknown>, 0, names);
}

function checkLayer(yaml: YamlFile, entry: Record<string, unknown>, index: number): LoadedLayer {
  const [key = '', ...more] = Object.keys(entry);
  const at = ['stack', index];
  const keys = layerKinds.map((kind) => kind.key);
  if (more.length > 0)
    throw new UsageError(`a layer has one key; this has ${[key, ...more].join(', ')}`, { at: yaml.at(at) });
  const kind = layerKinds.find((one) => one.key === key);
  if (kind === undefined) throw unknownKind('layer', key, keys, yaml.at([...at, key]));
  return { kind, spec: checkYaml(yaml, kind.schema, [...at, key]) };
}

/** Lays the stack on paper, so that what cannot be is said with its line. */
function tryLay(yaml: YamlFile, layers: readonly LoadedLayer[], machine: Machine): Stack {
  const stack: Stack = { devices: new Map(), mounts: new Map(), requests: [] };
  const nvdimms = machine.nvdimms.map(({ size }) => size);
  layers.forEach(({ kind, spec }, index) => {
    try {
      // The version decides about features of mkfs only, so none is needed here.
      kind.lay(spec, { stack, nvdimms, kernelVersion: '' });
    } catch (error) {
      if (!(error instanceof LayerError)) throw error;
      throw new UsageError(error.message, { at: yaml.at(['stack', index, kind.key]) });
    }
  });
  return stack;
}

/** The character device of a devdax namespace is mapped like a file. */
function isDevdax(stack: Stack, path: string): boolean {
  return [...stack.devices.values()].some((device) => device.kind === 'devdax' && device.path === path);
}

function checkFiles(yaml: YamlFile, files: ScenarioSpec['files']): void {
  const before: string[] = [];
  for (const [file, spec] of Object.entries(files)) {
    for (const key of ['clone-of', 'beside'] as const) {
      const other = spec[key];
      if (other === undefined) continue;
      const at = yaml.at(['files', file, key]);
      if (!before.includes(other))
        throw new UsageError(`\`${other}\` is no file above ${file}`, {
          at,
          hint: `files above: ${before.join(', ') || 'none'}`,
        });
      if (key === 'beside' && files[other]?.pages !== spec.pages)
        throw new UsageError(`${file} has not as many pages as ${other}, beside which it is to lie`, { at });
    }
    before.push(file);
  }
}

function checkProcesses(yaml: YamlFile, spec: Pick<ScenarioSpec, 'processes' | 'files'>, files: Layout['files']): void {
  const before: string[] = [];
  for (const [group, process] of Object.entries(spec.processes)) {
    const at = ['processes', group];
    const parent = process['child-of'];
    if (parent === undefined && process.map === undefined) {
      throw new UsageError(`${group}: say what it maps (\`map\`) or whose child it is (\`child-of\`)`, {
        at: yaml.at(at),
      });
    }
    if (parent !== undefined && !before.includes(parent)) {
      const meant = closest(parent, before);
      const suggestion = meant === undefined ? '' : `, did you mean \`${meant}\`?`;
      throw new UsageError(`${group} is a child of \`${parent}\`, which is no group above it${suggestion}`, {
        at: yaml.at([...at, 'child-of']),
        hint: `groups above: ${before.join(', ') || 'none'}`,
      });
    }
    const laid = process.map === undefined ? undefined : files.get(process.map)?.seeds.length;
    if (laid !== undefined && process.from + process.pages > laid) {
      throw new UsageError(`${group} maps beyond the ${laid} pages of ${process.map ?? ''}`, { at: yaml.at(at) });
    }
    before.push(group);
  }
}

type Names = Record<'devices' | 'mounts' | 'files' | 'processes', string[]>;

function checkStep(yaml: YamlFile, entry: Record<string, unknown>, index: number, names: Names): LoadedStep {
  const at = ['steps', index];
  const keys = stepKinds.map((kind) => kind.key);
  const own = Object.keys(entry).filter((key) => !(key in stepCommon));
  const [key = '', ...more] = own;
  const kind = stepKinds.find((one) => one.key === key);
  if (own.length === 0) {
    throw new UsageError('a step without an act or an expectation', {
      at: yaml.at(at),
      hint: `steps: ${keys.join(', ')}`,
    });
  }
  if (kind === undefined) throw unknownKind('step', key, keys, yaml.at([...at, key]));
  const [second] = more;
  if (second !== undefined) {
    const common = closest(second, Object.keys(stepCommon));
    throw new UsageError(
      common === undefined
        ? `one step does one thing; this has ${own.join(' and ')}`
        : `unknown key \`${second}\`, did you mean \`${common}\`?`,
      { at: yaml.at([...at, second]) },
    );
  }
  const args = checkYaml(yaml, kind.schema, [...at, key]);
  const common = checkCommon(yaml, entry, at);
  const used = kind.names?.(args) ?? {};
  for (const [what, wanted] of Object.entries(used) as [keyof Names, string[]][]) {
    for (const name of wanted) {
      if (names[what].includes(name)) continue;
      const meant = closest(name, names[what]);
      throw new UsageError(
        `there is no ${singular[what]} \`${name}\` in this scenario${meant === undefined ? '' : `, did you mean \`${meant}\`?`}`,
        { at: yaml.at([...at, key]), hint: `${what}: ${names[what].join(', ') || 'none'}` },
      );
    }
  }
  return { kind, args, ...common, withinMs: common.withinMs ?? kind.withinMs ?? defaultStepMs };
}

const singular = { devices: 'device', mounts: 'mount', files: 'file', processes: 'group of processes' } as const;

function checkCommon(
  yaml: YamlFile,
  entry: Record<string, unknown>,
  at: readonly PropertyKey[],
): { withinMs: number | undefined; kernels: string | undefined } {
  const value = (key: keyof typeof stepCommon): string | undefined =>
    entry[key] === undefined ? undefined : checkYaml(yaml, z.optional(stepCommon[key]), [...at, key]);
  const within = value('within');
  const kernels = value('kernels');
  if (kernels !== undefined) checkRange(yaml, kernels, [...at, 'kernels']);
  return { withinMs: within === undefined ? undefined : parseDuration(within), kernels };
}

function checkRange(yaml: YamlFile, range: string, at: readonly PropertyKey[]): void {
  const problem = rangeProblem(range);
  if (problem !== undefined) throw new UsageError(problem, { at: yaml.at(at), hint: rangeHelp });
}

function unknownKind(what: string, key: string, keys: string[], at: string): UsageError {
  const meant = closest(key, keys);
  return new UsageError(`unknown ${what} \`${key}\`${meant === undefined ? '' : `, did you mean \`${meant}\`?`}`, {
    at,
    hint: `${what}s: ${keys.join(', ')}`,
  });
}
