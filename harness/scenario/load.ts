// SPDX-License-Identifier: GPL-2.0-only
// From a YAML file to a scenario that can be planned: every key, name and layer checked, each error with its place.

import { existsSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../host/errors.ts';
import { Mistakes } from '../host/mistakes.ts';
import { projectRoot } from '../host/places.ts';
import { checkYaml } from '../host/yaml/check.ts';
import { closest } from '../host/yaml/closest.ts';
import { valueAt } from '../host/yaml/union.ts';
import { parseYaml, readYaml, type YamlFile } from '../host/yaml/yaml.ts';
import { memoryOf } from '../machine/machine-memory.ts';
import { loadMachine, type Machine } from '../machine/machine.ts';
import { emptyStack, isInUse, LayerError, type LayerKind, type Stack } from '../storage/layer.ts';
import { layerKinds } from '../storage/layers.ts';
import { loadBugs } from '../verdict/bugs.ts';
import { checkKnownEntry, type KnownEntry } from '../verdict/known.ts';
import { resolveJoins } from './background.ts';
import { checkNames, checkStep, unknownName, type LoadedStep, type Names } from './check-step.ts';
import { checkNeeds, featuresOfGuest, loadFeatures, refuseOldNeeds, type Feature } from './features.ts';
import { checkLater } from './later.ts';
import { planLayout, type Layout } from './layout.ts';
import { oldLayerKeys, oldScenarioKeys } from './old-keys.ts';
import { scenarioSchema, stepsSchema, type ScenarioSpec } from './schema.ts';
import { findSources, type SourceFile } from './sources.ts';
import { checkSuite, expandSuite, type LoadedSuite } from './suite.ts';
import { checkTags } from './tags.ts';

export type { LoadedStep };

interface LoadedLayer {
  kind: LayerKind<unknown>;
  spec: unknown;
}

export interface Scenario {
  /** Its path below scenarios/ without .yaml, or as given. */
  name: string;
  file: string;
  spec: Omit<ScenarioSpec, 'stack' | 'steps' | 'known' | 'suite'>;
  machine: Machine;
  layers: LoadedLayer[];
  steps: LoadedStep[];
  /** The features that a kernel must have. */
  features: Feature[];
  known: KnownEntry[];
  /** The names that steps may use. */
  names: Names;
  /** Files that are brought into the guest, by their path there. */
  sources: ReadonlyMap<string, SourceFile>;
  /** The suite whose tests it stands for, or whose test it is. */
  suite?: LoadedSuite | undefined;
}

const folder = path.join(projectRoot, 'scenarios');

/** Names of the scenarios that ship. */
export function scenarioNames(): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.yaml') && name !== 'tags.yaml')
    .map((name) => name.slice(0, -'.yaml'.length))
    .sort();
}

/** The scenarios that ship, one for each file, whatever checkout of a suite is given. */
export function shippedScenarios(): Scenario[] {
  return scenarioNames().map((name) => loadShipped(name));
}

/**
 * The scenarios that words select: a name (`remove/shared-mappers`), a folder (`remove`), a file of the user, a tag; all that
 * ship when there are no words.
 */
export function findScenarios(words: readonly string[]): Scenario[] {
  const names = scenarioNames();
  if (words.length === 0) return names.flatMap((name) => expandSuite(loadShipped(name)));
  const found = words.flatMap((word) => {
    if (names.includes(word)) return expandSuite(loadShipped(word));
    const below = names.filter((name) => name.startsWith(`${word.replace(/\/$/, '')}/`));
    if (below.length > 0) return below.flatMap((name) => expandSuite(loadShipped(name)));
    if (isFile(word)) return expandSuite(loadScenario(word));
    const test = testOf(word, names);
    if (test !== undefined) return [test];
    const tagged = names.map((name) => loadShipped(name)).filter(({ spec }) => spec.tags.includes(word));
    if (tagged.length > 0) return tagged.flatMap(expandSuite);
    const folders = names.map((name) => path.dirname(name));
    const meant = closest(word, [...names, ...folders, ...names.map((name) => path.basename(name))]);
    throw new UsageError(`no scenario \`${word}\`${meant === undefined ? '' : `, did you mean \`${meant}\`?`}`, {
      hint: `select by name, folder, tag or file; npx hazmat scenario list shows them`,
    });
  });
  const idOf = ({ file, suite }: Scenario): string => `${path.resolve(file)} ${suite?.test ?? ''}`;
  return [...new Map(found.map((scenario) => [idOf(scenario), scenario])).values()];
}

function isFile(name: string): boolean {
  return existsSync(name) && statSync(name).isFile();
}

/** One test of a suite, as SCENARIO/TEST; undefined when the word begins with no scenario that has a suite. @throws UsageError when it has no such test */
function testOf(word: string, names: readonly string[]): Scenario | undefined {
  const file = path.posix.dirname(word);
  if (!names.includes(file) && !isFile(file)) return undefined;
  const whole = names.includes(file) ? loadShipped(file) : loadScenario(file);
  if (whole.suite === undefined) return undefined;
  const tests = expandSuite(whole);
  const found = tests.find(({ name, suite }) => suite?.test === undefined || name === word);
  if (found !== undefined) return found;
  throw new UsageError(`no scenario \`${word}\``, {
    hint: `tests: ${tests.map(({ name }) => path.posix.basename(name)).join(', ')}`,
  });
}

/** One that ships, by its name. @throws UsageError */
export function loadShipped(name: string): Scenario {
  return loadScenario(path.join(folder, `${name}.yaml`), name);
}

/** Loads a scenario file. @throws UsageError with file, line, column and what would be right. */
export function loadScenario(file: string, name?: string): Scenario {
  const shown = path.relative(process.cwd(), path.resolve(file));
  const inside = path.relative(folder, path.resolve(file));
  const ownName = inside.startsWith('..') ? file : inside.slice(0, -path.extname(inside).length);
  const yaml = readYaml(file, shown);
  const scenario = checkScenario(yaml, name ?? ownName, file);
  if (!inside.startsWith('..')) checkTags(yaml, scenario.spec.tags);
  return scenario;
}

/** The same for text; for tests and editors. */
export function parseScenario(text: string, name: string): Scenario {
  return checkScenario(parseYaml(text, name), name, name);
}

/** @throws UsageError, or UsageErrors: what is wrong with the form of the file; when that is right, what is wrong with its meaning */
function checkScenario(yaml: YamlFile, name: string, file: string): Scenario {
  const { spec, layers, steps, known, suite } = checkForm(yaml, path.dirname(file));
  const mistakes = new Mistakes();
  const machine = mistakes.collect(() => loadMachine(spec.machine, yaml.at(['machine'])));
  const needed = mistakes.collect(() => checkNeeds(yaml, spec.needs, loadFeatures())) ?? [];
  mistakes.collect(() => {
    checkFiles(yaml, spec.files);
  });
  const sources = mistakes.collect(() => findSources(yaml, spec.files, path.dirname(file))) ?? new Map();
  // The next ones speak of devices, filesystems and files: what is not there because of a mistake is none itself.
  mistakes.throwIfAny();
  if (machine === undefined) throw new Error('a machine without a mistake');
  const planned = tryPlan(yaml, layers, machine);
  const files = planLayout(spec.files, spec.processes).files;
  checkProcesses(yaml, spec, files);
  for (const path of files.keys()) {
    mistakes.collect(() => {
      checkPlace(yaml, path, spec, planned);
      checkHugeFile(yaml, path, spec, planned);
    });
  }
  const names = {
    devices: [...planned.devices.keys()],
    regions: [
      ...[...machine.nvdimms, ...(machine['virtio-pmem'] ?? [])].map((_, index) => `region${index}`),
      ...planned.regions.keys(),
    ],
    memdevs: (machine.cxl ?? []).map((_, index) => `mem${index}`),
    // All NVDIMMs of a machine are on one.
    buses: ['ndbus0'],
    mounts: [...planned.mounts.keys()],
    files: [...files.keys()],
    processes: Object.keys(spec.processes),
  };
  for (const [index, step] of steps.entries()) {
    mistakes.collect(() => {
      checkNames(yaml, step, ['steps', index, step.kind.key], names);
    });
  }
  mistakes.collect(() => {
    checkLater(yaml, steps, spec);
  });
  mistakes.collect(() => {
    checkSuiteDevices(yaml, suite, names.devices);
  });
  mistakes.throwIfAny();
  const features = [...new Set([...needed, ...featuresOfGuest(machine, layers, loadFeatures())])];
  const tree = suite === undefined ? {} : { suite: suite.kind.name, name: `${machine.name}+${suite.kind.name}` };
  return {
    name,
    file,
    spec,
    machine: { ...machine, ...tree },
    layers,
    steps,
    names,
    features,
    known,
    sources,
    ...(suite === undefined ? {} : { suite }),
  };
}

interface Form {
  spec: Scenario['spec'];
  layers: LoadedLayer[];
  steps: LoadedStep[];
  known: KnownEntry[];
  suite: LoadedSuite | undefined;
}

/** The keys of the file, of its layers, steps and known issues. @throws UsageError, UsageErrors */
function checkForm(yaml: YamlFile, folder: string): Form {
  const mistakes = new Mistakes();
  const hasNewNeeds = mistakes.collect(() => {
    refuseOldNeeds(yaml);
    return true;
  });
  const checked = hasNewNeeds === true ? yaml : { ...yaml, value: withoutNeeds(yaml.value) };
  const spec = mistakes.collect(() => checkYaml(checked, scenarioSchema, [], { renamed: oldScenarioKeys }));
  const each = <T>(key: string, check: (entry: unknown, index: number) => T | undefined): T[] =>
    listAt(yaml, key).flatMap((entry, index) => mistakes.collect(() => check(entry, index)) ?? []);
  const layers = each('stack', (entry, index) => {
    const layer = layerEntry.safeParse(entry).data;
    return layer === undefined ? undefined : checkLayer(yaml, layer, index);
  });
  const steps = each('steps', (entry, index) => {
    const step = stepEntry.safeParse(entry).data;
    return step === undefined ? undefined : checkStep(yaml, step, ['steps', index]);
  });
  const known = each('known', (_, index) => checkKnownEntry(yaml, ['known', index], loadBugs()));
  const suite = spec?.suite === undefined ? undefined : mistakes.collect(() => checkSuite(yaml, folder));
  if (spec !== undefined && (spec.steps === undefined) === (spec.suite === undefined))
    mistakes.add(
      new UsageError(spec.suite === undefined ? '`steps` is missing' : '`suite` has its own steps: remove `steps`', {
        at: yaml.at(spec.suite === undefined ? [] : ['steps']),
      }),
    );
  mistakes.throwIfAny();
  if (spec === undefined) throw new Error('a scenario without a mistake');
  const { stack: _stack, steps: _steps, known: _known, suite: _suite, ...rest } = spec;
  return { spec: rest, layers, steps: resolveJoins(yaml, steps), known, suite };
}

/** A scenario without what is wrong in it already. */
function withoutNeeds(value: unknown): unknown {
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== 'needs'));
}

/** The entries of a list of the file; none when it is something else, which the schema of the file refuses. */
function listAt(yaml: YamlFile, key: string): unknown[] {
  const list = valueAt(yaml.value, [key]);
  return Array.isArray(list) ? list : [];
}

const layerEntry = scenarioSchema.shape.stack.element;
const stepEntry = stepsSchema.element;

/** A file must be on a filesystem of the stack, or a device that nothing uses. @throws UsageError */
function checkPlace(
  yaml: YamlFile,
  file: string,
  { files, processes }: Pick<ScenarioSpec, 'files' | 'processes'>,
  planned: Stack,
): void {
  const mounts = [...planned.mounts.keys()];
  if (
    files[file]?.source !== undefined ||
    mounts.some((mount) => file.startsWith(`${mount}/`)) ||
    isFreeDevice(planned, file)
  )
    return;
  const group = Object.entries(processes).find(([, process]) => process.file === file)?.[0];
  const where = group === undefined ? ['files', file] : ['processes', group, 'file'];
  const isDevice = [...planned.devices.values()].some((device) => device.path === file);
  const why = isDevice ? 'is in use by a layer of the stack' : 'is on no filesystem of the stack';
  throw new UsageError(`${file} ${why}`, {
    at: yaml.at(where),
    hint: `filesystems: ${mounts.join(', ') || 'none'}`,
  });
}

/** Pages of 4 KiB in a huge page. */
const pagesOfHugePage = 512;

/** hugetlbfs has no write(2), and files of whole huge pages (fs/hugetlbfs/inode.c:hugetlbfs_file_operations, 6.12). @throws UsageError */
function checkHugeFile(
  yaml: YamlFile,
  file: string,
  { files, processes }: Pick<ScenarioSpec, 'files' | 'processes'>,
  planned: Stack,
): void {
  const mount = [...planned.mounts.values()].find(({ path }) => file.startsWith(`${path}/`));
  if (mount?.type !== 'hugetlbfs') return;
  const spec = files[file];
  const group = Object.entries(processes).find(([, process]) => process.file === file)?.[0];
  const at = yaml.at(spec === undefined ? ['processes', group ?? '', 'file'] : ['files', file]);
  if (spec?.content !== 'hole' && spec?.content !== 'preallocated') {
    throw new UsageError(`${file} cannot be written: it is on hugetlbfs`, {
      at,
      hint: `List it in files: {pages: ${pagesOfHugePage}, content: hole}; a process can store to it.`,
    });
  }
  if ((spec.pages ?? 0) % pagesOfHugePage !== 0) {
    throw new UsageError(`${file} is on hugetlbfs, so its pages must be a multiple of ${pagesOfHugePage}`, { at });
  }
}

/** @throws UsageError for a device that the stack does not have */
function checkSuiteDevices(yaml: YamlFile, suite: LoadedSuite | undefined, devices: readonly string[]): void {
  for (const name of suite?.kind.devices(suite.spec) ?? []) {
    if (!devices.includes(name))
      throw unknownName('device', name, devices, { at: yaml.at(['suite']), hint: `devices: ${devices.join(', ')}` });
  }
}

/** One step for a scenario, as YAML. @throws UsageError as for a step in the file. */
export function parseStep(text: string, { names }: Scenario): LoadedStep {
  const yaml = parseYaml(`- {${text}}`, 'step');
  const [entry] = checkYaml(yaml, stepsSchema);
  if (entry === undefined) throw new UsageError('no step');
  const step = checkStep(yaml, entry, [0]);
  checkNames(yaml, step, [0, step.kind.key], names);
  return step;
}

function checkLayer(yaml: YamlFile, entry: Record<string, unknown>, index: number): LoadedLayer {
  const [key = '', ...more] = Object.keys(entry);
  const at = ['stack', index];
  const keys = layerKinds.map((kind) => kind.key);
  if (more.length > 0)
    throw new UsageError(`a layer has one key; this has ${[key, ...more].join(', ')}`, { at: yaml.at(at) });
  const kind = layerKinds.find((one) => one.key === key);
  if (kind === undefined)
    throw unknownName('layer', key, keys, { at: yaml.at([...at, key]), hint: `layers: ${keys.join(', ')}` });
  return { kind, spec: checkYaml(yaml, kind.schema, [...at, key], { renamed: oldLayerKeys }) };
}

/** Plans the stack, so that an impossible one is an error with its line. */
function tryPlan(yaml: YamlFile, layers: readonly LoadedLayer[], machine: Machine): Stack {
  const stack = emptyStack();
  layers.forEach(({ kind, spec }, index) => {
    try {
      // The version decides about features of mkfs only, so none is needed here.
      kind.plan(spec, { stack, ...memoryOf(machine), kernelVersion: '' });
    } catch (error) {
      if (!(error instanceof LayerError)) throw error;
      throw new UsageError(error.message, { at: yaml.at(['stack', index, kind.key]) });
    }
  });
  return stack;
}

/** A device that nothing else uses is read, written and mapped like a file. */
function isFreeDevice(stack: Stack, path: string): boolean {
  return [...stack.devices.values()].some((device) => device.path === path && !isInUse(stack, device.name));
}

function checkFiles(yaml: YamlFile, files: ScenarioSpec['files']): void {
  const before: string[] = [];
  for (const [file, spec] of Object.entries(files)) {
    for (const key of ['clone', 'interleave'] as const) {
      const other = spec[key];
      if (other === undefined) continue;
      const at = yaml.at(['files', file, key]);
      if (!before.includes(other))
        throw new UsageError(`\`${other}\` is not a file that comes before ${file}`, {
          at,
          hint: `files before it: ${before.join(', ') || 'none'}`,
        });
      if (key === 'interleave' && files[other]?.pages !== spec.pages)
        throw new UsageError(`${file} must have as many pages as ${other} to be interleaved with it`, { at });
    }
    before.push(file);
  }
}

function checkProcesses(yaml: YamlFile, spec: Pick<ScenarioSpec, 'processes' | 'files'>, files: Layout['files']): void {
  const before: string[] = [];
  for (const [group, process] of Object.entries(spec.processes)) {
    const at = ['processes', group];
    const { parent } = process;
    if (parent === undefined && process.file === undefined) {
      throw new UsageError(`${group} needs a \`file\` to map or a \`parent\` to fork from`, {
        at: yaml.at(at),
      });
    }
    if (parent !== undefined && !before.includes(parent)) {
      const meant = closest(parent, before);
      const suggestion = meant === undefined ? '' : `, did you mean \`${meant}\`?`;
      throw new UsageError(`the parent of ${group}, \`${parent}\`, is not a group that comes before it${suggestion}`, {
        at: yaml.at([...at, 'parent']),
        hint: `groups before it: ${before.join(', ') || 'none'}`,
      });
    }
    const isOurs = process.file === undefined || spec.files[process.file]?.source === undefined;
    const length = process.file === undefined || !isOurs ? undefined : files.get(process.file)?.seeds.length;
    if (length !== undefined && process.page + process.pages > length) {
      throw new UsageError(`${group} maps beyond the ${length} pages of ${process.file ?? ''}`, { at: yaml.at(at) });
    }
    before.push(group);
  }
}
