// SPDX-License-Identifier: GPL-2.0-only
// From a series in a file and a map on disk to the cells that are run.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { redirectNotices } from '../../../harness/host/notices.ts';
import type { RunPlan } from '../../../harness/run/run-plan.ts';
import { writeCoverageMap } from '../../../harness/run/touching/coverage-map.ts';
import { ranByMap } from '../../../harness/run/touching/ran-by-map.ts';
import { onlyTouching } from '../../../harness/run/touching/touching.ts';
import { plainVariant, planVariant } from '../../../harness/run/variants.ts';
import { findScenarios } from '../../../harness/scenario/load.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { userGit, writeTree } from '../../kernel/source.ts';

const source = 'int first(int a)\n{\n\treturn a;\n}\n\nint second(int a)\n{\n\treturn -a;\n}\n';
const scenarios = ['remove/shared-mappers', 'poison/hwpoison', 'mapper/linear-zero'];

let folder: string;
let notes: string[];
let noticesEnd: () => void;
beforeEach(() => {
  folder = temporaryFolder();
  vi.stubEnv('HAZMAT_CACHE', path.join(folder, 'cache'));
  vi.stubEnv('HAZMAT_RESULTS', path.join(folder, 'results'));
  notes = [];
  noticesEnd = redirectNotices((_level, text) => void notes.push(text));
});
afterEach(() => {
  noticesEnd();
  vi.unstubAllEnvs();
});

/** A kernel of a user, as a spec. */
function repository(): string {
  const place = path.join(folder, 'linux');
  writeTree(place, { 'fs/a.c': source, Makefile: 'VERSION = 9\nPATCHLEVEL = 1\n' });
  userGit(place, 'init', '-q');
  userGit(place, 'add', '-A');
  userGit(place, 'commit', '-qm', 'first');
  return `git:${place}@HEAD`;
}

/** A patch that changes one line of fs/a.c. */
function patchOf(from: string, to: string): string {
  const file = path.join(folder, 'my.patch');
  const lines = source.split('\n');
  const at = lines.indexOf(from);
  const hunk = [` ${lines[at - 1] ?? ''}`, `-${from}`, `+${to}`, ` ${lines[at + 1] ?? ''}`];
  writeFileSync(file, `--- a/fs/a.c\n+++ b/fs/a.c\n@@ -${at},3 +${at},3 @@\n${hunk.join('\n')}\n`);
  return file;
}

function planOn(kernel: string): RunPlan {
  const variant = plainVariant(kernel);
  return { variants: [variant], cells: planVariant(findScenarios(scenarios), variant, 1), dropped: [] };
}

/** A map in which the first scenario executes second() in its steps, and the second one while it is set up. */
function keepMap(plan: RunPlan): void {
  const [steps, setup, neither] = plan.cells.map(({ scenario, content = '' }) => ({ scenario, content }));
  const entry = (one: typeof steps, where: { setup?: string[]; steps?: string[] }) =>
    [
      one?.scenario ?? '',
      {
        ...{ content: one?.content ?? '', run: 'r', boot: new Set(['start_kernel']) },
        ...{ setup: new Set(where.setup), steps: new Set(where.steps) },
      },
    ] as const;
  writeCoverageMap(path.join(folder, 'results'), {
    line: '9.1',
    kernel: { label: '9.1', release: '9.1.2', id: 'k' },
    symbols: new Set(['start_kernel', 'first', 'second']),
    scenarios: new Map([
      entry(steps, { steps: ['second'] }),
      entry(setup, { setup: ['second'] }),
      entry(neither, { steps: ['first'] }),
    ]),
  });
}

const ids = (cells: readonly { scenario: string }[]): string[] => cells.map(({ scenario }) => scenario);

it('leaves out what executes nothing of it, with the reason', async () => {
  const plan = planOn(repository());
  keepMap(plan);
  const chosen = await onlyTouching(plan, patchOf('\treturn -a;', '\treturn 0;'));
  const all = ids(plan.cells);
  expect(ids(chosen.cells)).toEqual(all.slice(0, 2));
  expect(chosen.dropped.map(({ scenario, why }) => [scenario, why])).toEqual([[all[2], 'executes none of second()']]);
  expect([...(chosen.reasons?.values() ?? [])].slice(0, 2)).toEqual([
    'executes second() in its steps',
    'executes second() while it is set up',
  ]);
  expect(notes.at(-1)).toContain('it changes second(), which is in second(); 2 of 3 scenarios are selected');
});

it('runs everything, and says why, without a map, and when the series does not apply', async () => {
  const plan = planOn(repository());
  const patch = patchOf('\treturn -a;', '\treturn 0;');
  expect(ids((await onlyTouching(plan, patch)).cells)).toEqual(ids(plan.cells));
  expect(notes.at(-1)).toMatch(/everything runs: there is no map of 9\.1/);
  keepMap(plan);
  writeFileSync(patch, '--- a/fs/a.c\n+++ b/fs/a.c\n@@ -3 +3 @@\n-\tanother line\n+\tx\n');
  expect(ids((await onlyTouching(plan, patch)).cells)).toEqual(ids(plan.cells));
  expect(notes.at(-1)).toMatch(/everything runs: .*does not apply/);
});

it('a series that cannot be read is a mistake', async () => {
  await expect(onlyTouching(planOn(repository()), path.join(folder, 'none.patch'))).rejects.toMatchObject({
    exitCode: 2,
  });
});

it('knows of a mutant that only removes lines whether its function was executed', async () => {
  const kernel = repository();
  const plan = planOn(kernel);
  keepMap(plan);
  const mutant = `${kernel}+${patchOf('\treturn -a;', '\treturn 0;')}`;
  const all = ids(plan.cells);
  expect(await ranByMap(mutant, '9.1.2', all)).toEqual({ state: 'perhaps', scenarios: all.slice(0, 2) });
  expect(await ranByMap(mutant, '9.1.2', all.slice(2))).toEqual({ state: 'never', scenarios: [] });
  expect(await ranByMap(mutant, '9.2.1', all)).toBeUndefined();
});
