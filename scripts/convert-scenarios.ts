// SPDX-License-Identifier: GPL-2.0-only
// Converts scenario files to noun keys, in place: `npx tsx scripts/convert-scenarios.ts [FILE...]`,
// all of scenarios/ and test/real/scenarios/ by default. Only the changed words are replaced, so comments and layout stay as
// they are. A file that is converted already is left alone.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isMap, isScalar, isSeq, parseDocument, type Node, type Pair, type YAMLMap } from 'yaml';
import { projectRoot } from '../harness/host/places.ts';

interface Edit {
  start: number;
  end: number;
  text: string;
}

type Renames = Readonly<Record<string, string>>;

const top: Renames = { about: 'description', covers: 'tags' };
const files: Renames = { 'clone-of': 'clone', beside: 'interleave' };
const processes: Renames = {
  map: 'file',
  from: 'page',
  early: 'early-kill',
  'leader-exits': 'exited-leader',
  'child-of': 'parent',
};
const dm: Renames = { on: 'device', from: 'offset' };
const filesystem: Renames = { on: 'device', at: 'mount', log: 'log-device', realtime: 'realtime-device' };
const layers: Readonly<Record<string, Renames>> = {
  partition: { on: 'device' },
  'dm-linear': dm,
  'dm-stripe': dm,
  'dm-writecache': { on: 'device', cache: 'cache-device' },
  'dm-log-writes': { on: 'device', log: 'log-device' },
  xfs: filesystem,
  ext4: filesystem,
};

const poison: Renames = {
  of: 'file',
  on: 'device',
  at: 'mount',
  what: 'block',
  physical: 'address',
  by: 'processes',
  gives: 'returns',
  via: 'notification',
  notify: 'notification',
  'per-record': 'record-size',
  mask: 'param2',
};
const call: Renames = { of: 'file', by: 'processes', gives: 'returns' };
const steps: Readonly<Record<string, Renames>> = {
  poison,
  unpoison: poison,
  run: { prints: 'output' },
  touch: { by: 'processes', how: 'access', gives: 'expect' },
  read: call,
  write: call,
  signals: { to: 'processes' },
  mappings: { of: 'processes', present: 'expect' },
  filesystem: { at: 'mount', state: 'expect' },
  badblocks: { of: 'device', are: 'expect' },
  'direct-map': { of: 'file', is: 'expect' },
  outcomes: { of: 'file', are: 'expect', 'bad-blocks': 'badblocks' },
  data: { of: 'file' },
  log: { has: 'expect', lacks: 'absent' },
};
const stepNames: Renames = { heal: 'unpoison', fates: 'outcomes' };
const tagNames: Renames = {
  dm: 'device-mapper',
  fault: 'page-fault',
  huge: 'huge-page',
  mce: 'machine-check',
  punch: 'punch-hole',
  writecache: 'dm-writecache',
  zero: 'zeroing',
};

/** The text of a scenario with noun keys. */
export function converted(text: string): string {
  const document = parseDocument(text);
  const edits: Edit[] = [];
  if (isMap(document.contents)) convertScenario(document.contents, edits, text);
  return edits
    .sort((a, b) => b.start - a.start)
    .reduce((done, { start, end, text: by }) => done.slice(0, start) + by + done.slice(end), text);
}

function convertScenario(scenario: YAMLMap, edits: Edit[], text: string): void {
  renameKeys(scenario, top, edits);
  for (const tag of items(value(scenario, 'covers') ?? value(scenario, 'tags'))) renameScalar(tag, tagNames, edits);
  for (const { value: file } of pairs(value(scenario, 'files'))) renameKeys(file, files, edits);
  for (const { value: group } of pairs(value(scenario, 'processes'))) renameKeys(group, processes, edits);
  for (const layer of items(value(scenario, 'stack'))) convertLayer(layer, edits);
  for (const step of items(value(scenario, 'steps'))) convertStep(step, edits, text);
  for (const entry of items(value(scenario, 'known')))
    for (const step of items(value(entry, 'steps'))) renameScalar(step, stepNames, edits);
}

function convertLayer(layer: unknown, edits: Edit[]): void {
  for (const pair of pairs(layer)) {
    const kind = scalarOf(pair.key);
    const renames = layers[kind] ?? {};
    renameKeys(pair.value, isSeq(value(pair.value, 'on')) ? { ...renames, on: 'devices' } : renames, edits);
    // `mount` was the options; it is the mount point now.
    if (value(pair.value, 'at') !== undefined) renameKeys(pair.value, { mount: 'mount-options' }, edits);
  }
}

function convertStep(step: unknown, edits: Edit[], text: string): void {
  renameKeys(step, { ...stepNames, within: 'deadline' }, edits);
  for (const pair of pairs(step)) {
    const key = scalarOf(pair.key);
    const kind = stepNames[key] ?? key;
    const args = pair.value;
    renameKeys(args, steps[kind] ?? {}, edits);
    if (kind === 'reboot' && scalarOf(args) === 'warm') convertReboot(step, pair, edits);
    if (kind === 'data') convertData(pair, edits, text);
    if (kind === 'signals') replacePair(args, 'none', 'expect: none', edits);
    if (kind === 'outcomes') replacePair(args, 'bad-blocks', 'badblocks: true', edits);
    if (kind === 'badblocks')
      for (const bad of items(value(args, 'are') ?? value(args, 'expect'))) renameKeys(bad, { of: 'file' }, edits);
    // einj: the address of an error was its param1; the target has that name now.
    const hasTarget = ['of', 'on', 'at', 'physical', 'file', 'device', 'mount'].some(
      (name) => value(args, name) !== undefined,
    );
    if (kind === 'poison' && hasTarget && scalarOf(value(args, 'route')) === 'einj')
      renameKeys(args, { address: 'param1' }, edits);
  }
}

/** `reboot: warm` is a plain `reboot`; with other keys it has no value. */
function convertReboot(step: unknown, pair: Pair, edits: Edit[]): void {
  const [start] = rangeOf(pair.key);
  const [, end] = rangeOf(pair.value);
  edits.push({ start, end, text: pairs(step).length > 1 ? 'reboot:' : 'reboot' });
}

/** `data: {of: FILE, is: as written}` is `data: FILE`; with `except` only `is` goes. */
function convertData({ value: args }: Pair, edits: Edit[], text: string): void {
  const of = value(args, 'of');
  if (!isMap(args) || of === undefined || value(args, 'is') === undefined) return;
  if (pairs(args).length === 2) {
    const [start, end] = rangeOf(args);
    const inside = edits.filter((edit) => edit.start >= start && edit.end <= end);
    for (const edit of inside) edits.splice(edits.indexOf(edit), 1);
    edits.push({ start, end, text: scalarOf(of) });
    return;
  }
  const is = pairs(args).find(({ key }) => scalarOf(key) === 'is');
  const [start] = rangeOf(is?.key);
  const [, end] = rangeOf(is?.value);
  const comma = /^\s*,\s*/.exec(text.slice(end))?.[0] ?? '';
  edits.push({ start, end: end + comma.length, text: '' });
}

function replacePair(map: unknown, key: string, by: string, edits: Edit[]): void {
  const pair = pairs(map).find((one) => scalarOf(one.key) === key);
  if (pair === undefined) return;
  const [start] = rangeOf(pair.key);
  const [, end] = rangeOf(pair.value);
  const inside = edits.findIndex((edit) => edit.start === start);
  if (inside >= 0) edits.splice(inside, 1);
  edits.push({ start, end, text: by });
}

function renameKeys(map: unknown, renames: Renames, edits: Edit[]): void {
  for (const { key } of pairs(map)) renameScalar(key, renames, edits);
}

function renameScalar(node: unknown, renames: Renames, edits: Edit[]): void {
  const name = scalarOf(node);
  const by = Object.hasOwn(renames, name) ? renames[name] : undefined;
  if (by === undefined) return;
  const [start, end] = rangeOf(node);
  edits.push({ start, end, text: by });
}

function pairs(node: unknown): Pair[] {
  return isMap(node) ? node.items : [];
}

function items(node: unknown): unknown[] {
  return isSeq(node) ? node.items : [];
}

function value(node: unknown, key: string): unknown {
  return pairs(node).find((pair) => scalarOf(pair.key) === key)?.value ?? undefined;
}

function scalarOf(node: unknown): string {
  return isScalar(node) ? String(node.value) : '';
}

function rangeOf(node: unknown): [start: number, end: number] {
  const range = (node as Node | null | undefined)?.range;
  if (range === null || range === undefined) throw new Error('a node without a place');
  return [range[0], range[1]];
}

function scenarioFiles(): string[] {
  return ['scenarios', 'test/real/scenarios'].flatMap((folder) =>
    readdirSync(path.join(projectRoot, folder), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => path.join(projectRoot, folder, name)),
  );
}

if (process.argv[1] === import.meta.filename) {
  const given = process.argv.slice(2);
  let changed = 0;
  for (const file of given.length > 0 ? given : scenarioFiles()) {
    const text = readFileSync(file, 'utf8');
    const today = converted(text);
    if (today === text) continue;
    writeFileSync(file, today);
    changed++;
  }
  process.stdout.write(`${changed} files converted\n`);
}
