// SPDX-License-Identifier: GPL-2.0-only
// A sequence: a setting and numbers, which the model turns into a scenario with what a right kernel does at each step. Any numbers are a
// sequence, and fewer of them are a shorter one, so fast-check can generate and shrink them. Pure.

import fc from 'fast-check';
import { stringify } from 'yaml';
import type { Picks, Step } from './operation.ts';
import { operations } from './operations.ts';
import { killAll } from './operations/remount.ts';
import { settings, type Setting } from './settings.ts';
import { newWorld, pagesOf, type World } from './world.ts';

/** One generated operation. */
interface Choice extends Picks {
  operation: string;
}

export interface Sequence {
  setting: string;
  choices: readonly Choice[];
}

const number = fc.nat(63);
/** Often one of a few, so that operations meet on a page. */
const place = fc.oneof({ arbitrary: fc.nat(2), weight: 3 }, { arbitrary: number, weight: 1 });
const choice: fc.Arbitrary<Choice> = fc.record({
  operation: fc.oneof(...operations.map(({ name, weight }) => ({ arbitrary: fc.constant(name), weight }))),
  what: number,
  page: place,
  pages: place,
  who: number,
});

/** Sequences of `least` to `length` operations in one of the settings. */
export function sequences(length: number, least = 1): fc.Arbitrary<Sequence> {
  return fc.record({
    setting: fc.constantFrom(...settings.map(({ name }) => name)),
    choices: fc.array(choice, { minLength: least, maxLength: length, size: 'max' }),
  });
}

/** A sequence without half, a quarter and so on of its operations, at last without one of them. */
export function* shorterSequences({ setting, choices }: Sequence): Generator<Sequence> {
  for (let size = Math.ceil(choices.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let first = 0; first < choices.length; first += size) {
      yield { setting, choices: choices.toSpliced(first, size) };
    }
  }
}

/** A scenario as YAML, and what was done in it, in words. */
export interface SequenceScenario {
  text: string;
  /** Names of the operations that were possible, in order. */
  done: string[];
}

/** The scenario of a sequence. Operations that are not possible where they stand are left out. */
export function scenarioOf({ setting: name, choices }: Sequence): SequenceScenario {
  const setting = settings.find((one) => one.name === name);
  if (setting === undefined) throw new Error(`no setting ${name}`);
  const world = newWorld(setting);
  const done: string[] = [];
  const steps: Step[] = [];
  for (const { operation, ...picks } of choices) {
    const made = operations.find((one) => one.name === operation)?.apply(world, picks);
    if (made === undefined) continue;
    done.push(operation);
    steps.push(...made);
  }
  steps.push(...lastChecks(world));
  return { text: scenarioText(setting, title(setting, done), steps), done };
}

/** All that the model knows at the end. */
function lastChecks(world: World): Step[] {
  const { setting } = world;
  const steps: Step[] = [];
  for (const { name, present, signaled } of world.processes.filter(({ alive }) => alive)) {
    const pages = present.flatMap((one, page) => (one === undefined ? [] : [page]));
    if (!present.includes('unknown')) {
      steps.push({ mappings: { processes: name, expect: pages.length === 0 ? 'none' : pages } });
    }
    steps.push({
      signals:
        signaled.length === 0
          ? { processes: name, expect: 'none' }
          : {
              processes: name,
              code: 'BUS_MCEERR_AO',
              address: 'page',
              lsb: 12,
              pages: signaled.toSorted((a, b) => a - b),
            },
    });
  }
  if (!world.lostBadBlock) steps.push({ badblocks: { device: setting.namespace, expect: badBlocksOf(world) } });
  steps.push({ filesystem: { mount: setting.mount, expect: 'working' } }, ...killAll(world.processes));
  for (const file of world.files.keys()) {
    const except = pagesOf(world, file).flatMap((block, page) =>
      block?.bad === true || block?.failed === true ? [page] : [],
    );
    if (except.length === 0) steps.push({ data: file });
    else if (except.length < pagesOf(world, file).length) steps.push({ data: { file, except } });
  }
  return [...steps, { fsck: setting.device }];
}

/** Each bad block once, by the first file that has it. */
function badBlocksOf(world: World): 'none' | { page: number; file: string }[] {
  const seen = new Set<unknown>();
  const bad = [...world.files.keys()].flatMap((file) =>
    pagesOf(world, file).flatMap((block, page) => {
      if (block?.bad !== true || seen.has(block)) return [];
      seen.add(block);
      return [{ page, file }];
    }),
  );
  return bad.length === 0 ? 'none' : bad;
}

function title({ name }: Setting, done: readonly string[]): string {
  const words = done.map((one) => one.replaceAll('-', ' '));
  return `On ${name}, after ${words.length === 0 ? 'nothing' : words.join(', ')}, all is as the model says`;
}

function scenarioText({ stack, files, processes }: Setting, heading: string, steps: readonly Step[]): string {
  const flow = (value: unknown): string =>
    stringify(value, { collectionStyle: 'flow', lineWidth: 0, flowCollectionPadding: false }).trimEnd();
  const entries = (block: Readonly<Record<string, unknown>>): string[] =>
    Object.entries(block).map(([key, value]) => `  ${key}: ${flow(value)}`);
  const list = (items: readonly unknown[]): string[] =>
    items.map((item) =>
      typeof item === 'string'
        ? `  - ${item}`
        : `  - ${Object.entries(item as object)
            .map(([key, value]) => `${key}: ${flow(value)}`)
            .join('\n    ')}`,
    );
  return [
    '# SPDX-License-Identifier: GPL-2.0-only',
    `title: ${flow(heading)}`,
    'stack:',
    ...list(stack),
    'files:',
    ...entries(files),
    'processes:',
    ...entries(processes),
    'needs: [recovery-write]',
    'steps:',
    ...list(steps),
    '',
  ].join('\n');
}
