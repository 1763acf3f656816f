// SPDX-License-Identifier: GPL-2.0-only
// Runs the real program with results of its own, and reads what it left.

import { mkdtempSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { tagOf } from '../../harness/host/life.ts';
import { projectRoot } from '../../harness/host/places.ts';
import { guestsOf, scratchFolders } from '../../harness/host/scratch.ts';
import { readRun } from '../../harness/results/read-run.ts';
import type { RunRecord } from '../../harness/results/run-record.ts';

export interface Hazmat {
  results: string;
  exitCode: number | undefined;
  signal: string | undefined;
  stdout: string;
  stderr: string;
}

const program = path.join(projectRoot, 'bin/hazmat.mjs');

/** A folder for results, or whatever else a test needs. */
export function temporaryFolder(): string {
  return mkdtempSync(path.join(os.tmpdir(), 'hazmat-real-'));
}

/** Starts the program without waiting for its end. */
export function startHazmat(args: string[], results: string, env: Record<string, string> = {}) {
  return execa('node', [program, ...args], {
    reject: false,
    env: { HAZMAT_RESULTS: results, COLUMNS: '120', ...env },
    stdin: 'ignore',
  });
}

export async function hazmat(
  args: string[],
  env: Record<string, string> = {},
  results = temporaryFolder(),
): Promise<Hazmat> {
  const { exitCode, signal, stdout, stderr } = await startHazmat(args, results, env);
  console.log(
    `$ hazmat ${args.join(' ')}: exit ${exitCode ?? signal ?? '?'}\n${stdout.split('\n').slice(-25).join('\n')}\n${stderr}`,
  );
  return { results, exitCode, signal, stdout, stderr };
}

/** The newest run of a results folder. */
export function latestRun(results: string): RunRecord {
  return readRun(path.join(results, 'latest'));
}

/** Pids of the guests of a harness. */
export function guestPids(harness: number | undefined): number[] {
  const own = scratchFolders('running').filter((folder) => tagOf(folder).startsWith(`${harness ?? 0}-`));
  return own.flatMap(guestsOf);
}

/** Scratch folders of guests whose harness is gone: there should be none. Those of other live harnesses do not count. */
export function leftovers(): string[] {
  return scratchFolders('ended');
}

/** Waits until something is so, for five minutes at most. @throws Error that shows what it waited for. */
export async function until(what: () => boolean, everyMs = 100): Promise<void> {
  const end = Date.now() + 300_000;
  while (!what()) {
    if (Date.now() > end) throw new Error(`waited 300 s in vain for ${what.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
