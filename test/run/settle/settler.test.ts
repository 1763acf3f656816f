// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { entryOf } from '../../../harness/history/entry.ts';
import type { CellResult, RunEvent, RunEventBody } from '../../../harness/results/events.ts';
import { Reusable } from '../../../harness/run/settle/reuse.ts';
import { Settler, type Runs, type SettleOptions } from '../../../harness/run/settle/settler.ts';
import { findScenarios } from '../../../harness/scenario/load.ts';
import { planCells, type CellPlan } from '../../../harness/scenario/plan.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { ended, oops, recordOf, stamped } from '../../results/story.ts';

function planOf(repeats = 1): CellPlan {
  const [plan] = planCells(findScenarios(['remove/ext4']), ['6.12'], repeats);
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

const plan = planOf();

/** A settler in a folder, and what it reports. */
function settler(options: Partial<SettleOptions> = {}) {
  const root = temporaryFolder();
  const events: RunEventBody[] = [];
  const cellFolder = (): string => {
    mkdirSync(path.join(root, 'cell'), { recursive: true });
    return path.join(root, 'cell');
  };
  const made = new Settler({ emit: (event) => events.push(event), cellFolder, ...options });
  return { root, events, settler: made, types: () => events.map(({ type }) => type) };
}

/** Runs a cell that ends so, one result a try. */
function runs(made: Settler, ...results: Partial<CellResult>[]): Runs & { count: () => number } {
  let count = 0;
  const run = (): Promise<CellResult> => {
    const { of, ...cell } = plan;
    const result = ended(cell, results[count++]);
    made.emit({ type: 'cell-started', id: plan.id });
    made.emit({ type: 'cell-ended', result });
    return Promise.resolve(result);
  };
  return { inputs: () => Promise.resolve('the same'), run, again: run, count: () => count };
}

const error: Partial<CellResult> = { verdict: 'error', expected: false, why: 'QEMU was killed' };
const results = (events: readonly RunEventBody[]): CellResult[] =>
  events.flatMap((event) => (event.type === 'cell-ended' ? [event.result] : []));

test('a cell is run once, and its result says what it depended on', async () => {
  const { settler: made, events } = settler();
  const tries = runs(made, {});
  expect((await made.settle(plan, tries))?.verdict).toBe('pass');
  expect(tries.count()).toBe(1);
  expect(results(events)).toEqual([expect.objectContaining({ verdict: 'pass', inputs: 'the same' })]);
});

test('after an infrastructure error there is one more try, and both are kept', async () => {
  const { settler: made, events, root, types } = settler();
  mkdirSync(path.join(root, 'cell'));
  writeFileSync(path.join(root, 'cell/error.txt'), 'of the first try');
  const tries = runs(made, error, {});
  expect((await made.settle(plan, tries))?.verdict).toBe('pass');
  expect(types()).toEqual(['cell-started', 'cell-retried', 'cell-started', 'cell-ended']);
  expect(results(events)).toEqual([
    expect.objectContaining({
      verdict: 'pass',
      firstTry: { why: 'QEMU was killed', durationMs: 812, folder: 'first-try' },
    }),
  ]);
  expect(readFileSync(path.join(root, 'cell/first-try/error.txt'), 'utf8')).toBe('of the first try');
  expect(existsSync(path.join(root, 'cell/error.txt'))).toBe(false);
});

test('two infrastructure errors are an infrastructure error', async () => {
  const { settler: made, events } = settler();
  const tries = runs(made, error, { ...error, why: 'again' });
  expect((await made.settle(plan, tries))?.why).toBe('again');
  expect(tries.count()).toBe(2);
  expect(results(events)).toEqual([expect.objectContaining({ why: 'again', firstTry: expect.anything() as unknown })]);
});

test('a failed cell is never tried again', async () => {
  for (const failure of [oops, { verdict: 'hang' as const }, { verdict: 'unbuilt' as const }]) {
    const { settler: made } = settler();
    const tries = runs(made, failure, {});
    expect((await made.settle(plan, tries))?.verdict).toBe(failure.verdict);
    expect(tries.count()).toBe(1);
  }
});

test('a run that was interrupted between two tries has one left', async () => {
  const { settler: made, events } = settler();
  const [before] = stamped([
    { type: 'cell-retried', id: plan.id, firstTry: { why: 'before', durationMs: 1, folder: 'first-try' } },
  ]);
  if (before === undefined) throw new Error('no event');
  made.recall(before);
  const tries = runs(made, error, {});
  await made.settle(plan, tries);
  expect(tries.count()).toBe(1);
  expect(results(events)).toEqual([
    expect.objectContaining({ verdict: 'error', firstTry: expect.anything() as unknown }),
  ]);
});

test('what is unchanged since a run is left out', async () => {
  const unchangedSince = { run: 'last', verdicts: new Map([['the same', 'pass']]) };
  const { settler: made, events } = settler({ unchangedSince });
  const tries = runs(made, {});
  expect(await made.settle(plan, tries)).toBeUndefined();
  expect(tries.count()).toBe(0);
  expect(events).toEqual([{ type: 'cell-dropped', id: plan.id, why: 'unchanged since last, where it was: pass' }]);
  const changed = { ...runs(made, {}), inputs: () => Promise.resolve('other') };
  expect((await made.settle(plan, changed))?.verdict).toBe('pass');
});

test('a scenario is repeated until its rate is known, also from before an interruption', async () => {
  const { settler: made, events } = settler({ untilConfidence: 0.9 });
  const again = { type: 'cell-ended' as const, result: ended(plan) };
  for (const event of stamped(Array.from({ length: 24 }, () => again)) satisfies RunEvent[]) made.recall(event);
  expect((await made.settle(plan, runs(made, {})))?.verdict).toBe('pass');
  expect(await made.settle(plan, runs(made, {}))).toBeUndefined();
  expect(events.at(-1)).toEqual({
    type: 'cell-dropped',
    id: plan.id,
    why: 'the failure rate is known: 0 of 25, 0 to 9.8 %',
  });
});

test('a cell with the same inputs is taken over with its files and its steps, and says so', async () => {
  const root = temporaryFolder();
  const { of, ...cell } = plan;
  const earlier = ended({ ...cell, folder: 'old' }, { ...oops, inputs: 'the same' });
  const record = recordOf({ kernels: ['6.12'], cells: [cell], results: [earlier] });
  mkdirSync(path.join(root, 'earlier/old'), { recursive: true });
  writeFileSync(path.join(root, 'earlier/run.json'), JSON.stringify(record));
  writeFileSync(path.join(root, 'earlier/old/dmesg.txt'), 'the log');
  const step = { index: 0, step: 'unbind', label: 'pmem0', outcome: 'ok' as const, seen: 'done', durationMs: 3, ms: 9 };
  const story = { version: 2, ...earlier, steps: [step], signals: [] };
  writeFileSync(path.join(root, 'earlier/old/verdict.json'), JSON.stringify(story));
  const reusable = new Reusable(root, [entryOf('gone', record), entryOf('earlier', record)]);
  const { settler: made, events, types, root: here } = settler({ reusable });
  const tries = runs(made, {});
  expect(await made.settle(plan, tries)).toMatchObject({
    verdict: 'crash',
    folder: cell.folder,
    reused: { run: 'earlier' },
  });
  expect(tries.count()).toBe(0);
  expect(types()).toEqual(['cell-started', 'step-ended', 'deviation', 'deviation', 'cell-ended']);
  expect(results(events)[0]).toMatchObject({ inputs: 'the same', reused: { run: 'earlier' } });
  expect(readFileSync(path.join(here, 'cell/dmesg.txt'), 'utf8')).toBe('the log');
  expect(existsSync(path.join(here, 'cell/verdict.json'))).toBe(false);
  expect((await made.settle(plan, { ...tries, inputs: () => Promise.resolve('other') }))?.verdict).toBe('pass');
});

test('an error is never taken over', async () => {
  const root = temporaryFolder();
  const { of, ...cell } = plan;
  const earlier = ended(cell, { ...error, inputs: 'the same' });
  const record = recordOf({ kernels: ['6.12'], cells: [cell], results: [earlier] });
  mkdirSync(path.join(root, 'earlier'), { recursive: true });
  writeFileSync(path.join(root, 'earlier/run.json'), JSON.stringify(record));
  const { settler: made } = settler({ reusable: new Reusable(root, [entryOf('earlier', record)]) });
  const tries = runs(made, {});
  expect((await made.settle(plan, tries))?.verdict).toBe('pass');
  expect(tries.count()).toBe(1);
});
