// SPDX-License-Identifier: GPL-2.0-only
// A matrix that Slurm runs, with a node killed in the middle and its follower too, shows what a local run shows.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunRecord } from '../../harness/results/run-record.ts';
import { hazmat, latestRun, leftovers, startHazmat, temporaryFolder, until } from './hazmat.ts';
import { SlurmCluster, whyNoSlurm } from './slurm-cluster.ts';

const scenarios = [
  ...['remove/ext4', 'remove/shared-mappers', 'poison/hwpoison', 'poison/badblock-then-load'],
  ...['poison/madvise', 'remove/frozen'],
];
let why = whyNoSlurm();
// The daemons need more of a machine than can be looked up: where they do not start, the tests are skipped with their logs.
const started =
  why === undefined
    ? await SlurmCluster.start(['n1', 'n2']).catch((error: unknown) => {
        why = String(error);
        return undefined;
      })
    : undefined;
if (why !== undefined) console.log(`skipped: ${why}`);

/** What of a run may not depend on where it ran. */
function outcome({ cells }: RunRecord): unknown[] {
  return cells.map(({ id, verdict, expected, why: because, inputs, deviations }) => ({
    ...{ id, verdict, expected, because, inputs },
    deviations: deviations.map(({ kind, step, title }) => ({ kind, step, title })),
  }));
}

describe.skipIf(started === undefined)('two nodes of a real Slurm', () => {
  const cluster = started as SlurmCluster;
  const results = temporaryFolder();
  const matrix = path.join(results, 'night.yaml');

  beforeAll(() => {
    writeFileSync(
      matrix,
      [
        'kernels: ["6.12"]',
        `scenarios: [${scenarios.join(', ')}]`,
        'slurm: {parts: 3, partition: guests, jobs: 1, cpus: 2, memory: 3G}',
      ].join('\n'),
    );
  });
  afterAll(async () => started?.stop());

  const submission = (): string =>
    path.join(results, readdirSync(results).find((name) => name.endsWith('.slurm')) ?? 'none');
  const events = (part: number, attempt: number): string => {
    const file = path.join(submission(), `part-${part}`, `try-${attempt}`, 'latest/events.jsonl');
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  };

  test('the plan is printed with what is asked of Slurm', async () => {
    const { exitCode, stdout } = await hazmat(
      ['matrix', matrix, '--executor', 'slurm', '--list', '--slurm', 'sbatch=--comment=night'],
      cluster.env,
      results,
    );
    expect(exitCode).toBe(0);
    expect(stdout).toContain('part 3 of 3: 2 cells');
    expect(stdout).toMatch(
      /sbatch --parsable .*--array=1,2,3 .*--cpus-per-task=2 --mem=3072M --time=\d+ .*--comment=night/,
    );
  });

  test('a node and the follower are killed: the same as a local run, cell by cell', async () => {
    const local = await hazmat(['run', ...scenarios, '-k', '6.12', '-j', '1'], {});
    const whole = outcome(latestRun(local.results));
    expect(whole).toHaveLength(scenarios.length);

    const first = startHazmat(['matrix', matrix, '--executor', 'slurm'], results, cluster.env);
    // One cell of a part on n1 has a verdict, and the next one has begun.
    const onFirstNode = (part: number): boolean => {
      const facts = path.join(submission(), `part-${part}/try-1/try.json`);
      return existsSync(facts) && readFileSync(facts, 'utf8').includes('"n1"');
    };
    const isInTheMiddle = (part: number): boolean =>
      onFirstNode(part) &&
      /"cell-ended"[^]*"cell-started"/.test(
        events(part, 1).replaceAll(/"cell-started"[^]*?"cell-ended"/g, '"cell-ended"'),
      );
    await until(() => [1, 2, 3].some(isInTheMiddle));
    const lost = [1, 2, 3].find(isInTheMiddle) ?? 0;
    await cluster.killNode('n1');
    first.kill('SIGKILL');
    await first;

    const { exitCode, stdout } = await hazmat(['matrix', '--resume', 'night'], cluster.env, results);
    const merged = latestRun(results);
    expect(outcome(merged)).toEqual(whole);
    expect(merged).toMatchObject({ interrupted: false, unfinished: [], exitCode: 0 });
    expect(merged.parts).toHaveLength(3);
    expect(exitCode).toBe(0);
    // What had a verdict was not run again.
    expect(stdout).toContain(`part ${lost} goes on on n2 (try 2)`);
    expect(events(lost, 2)).toContain(`try 1 on n1 ended without a word with 1 of 2 cells`);
    expect(events(lost, 2).split('"type":"cell-ended"')).toHaveLength(3);
    expect(leftovers()).toEqual([]);
  });

  test('a job that is canceled is not submitted again, and its cells are not run', async () => {
    const folder = temporaryFolder();
    const run = startHazmat(
      ['matrix', matrix, '--executor', 'slurm', '--slurm', 'sbatch=--nodelist=n2', '--name', 'canceled'],
      folder,
      cluster.env,
    );
    await until(() => readdirSync(folder).some((name) => name.endsWith('.slurm')));
    const queue = async (): Promise<string> => cluster.client(['squeue', '--noheader', '--array', '--format=%F_%K %T']);
    let jobs = '';
    while (!jobs.includes('RUNNING')) jobs = await queue();
    const pending = /(\S+_3) PENDING/.exec(jobs)?.[1] ?? '';
    expect(pending).not.toBe('');
    await cluster.client(['scancel', pending]);
    const { exitCode, stdout } = await run;
    expect(exitCode).toBe(3);
    expect(stdout).toContain('part 3 was lost: its job was canceled before it started');
    const merged = latestRun(folder);
    expect(merged.unfinished).toHaveLength(2);
    expect(merged.cells).toHaveLength(4);
  });
});
