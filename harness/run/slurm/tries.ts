// SPDX-License-Identifier: GPL-2.0-only
// The tries of a part. Each has a results folder of its own: a node that seems lost may still write to its try.

import { constants, cpSync, existsSync, mkdirSync, readdirSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { writeWholeFile } from '../../host/atomic-file.ts';
import { readJsonFileIfWhole } from '../../host/json-file.ts';
import { runRecordSchema } from '../../results/schemas.ts';
import { openCells } from '../resume.ts';

const trySchema = z.object({
  /** Slurm's id of the job array, and how often Slurm has started the task again. */
  job: z.string(),
  restarts: z.number(),
  node: z.string(),
  /** ISO 8601. */
  started: z.string(),
});

export type TryFacts = z.infer<typeof trySchema>;

const endSchema = z.object({
  exitCode: z.number(),
  /** What ended it before it had a run, or in the middle. */
  error: z.string().exactOptional(),
});

export type TryEnd = z.infer<typeof endSchema>;

/** One try of a part. */
export interface Try {
  number: number;
  /** Its results folder. */
  folder: string;
  facts: TryFacts | undefined;
  /** Undefined while it goes on, and when it was lost. */
  end: TryEnd | undefined;
  /** Folder of its run; undefined before it has one. */
  run: string | undefined;
}

/** The tries of a part, the oldest first. */
export function triesOf(partFolder: string): Try[] {
  return readdirSync(partFolder)
    .flatMap((name) => /^try-(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
    .map((number) => readTry(path.join(partFolder, `try-${number}`), number));
}

function readTry(folder: string, number: number): Try {
  const latest = path.join(folder, 'latest');
  return {
    number,
    folder,
    facts: readJsonFileIfWhole(path.join(folder, 'try.json'), trySchema),
    end: readJsonFileIfWhole(path.join(folder, 'end.json'), endSchema),
    run: existsSync(path.join(latest, 'events.jsonl')) ? realpathSync(latest) : undefined,
  };
}

/** The newest try that has a run. */
export function newestRun(partFolder: string): Try | undefined {
  return triesOf(partFolder).findLast(({ run }) => run !== undefined);
}

/** Whether a try's run came to its end: nothing of it is left to do. */
export function isComplete({ run }: Pick<Try, 'run'>): boolean {
  if (run === undefined) return false;
  const record = readJsonFileIfWhole(path.join(run, 'run.json'), runRecordSchema);
  return record !== undefined && (!record.interrupted || openCells(record).length === 0);
}

/** Makes the next try. */
export function nextTry(partFolder: string, facts: TryFacts): Try {
  for (let number = (triesOf(partFolder).at(-1)?.number ?? 0) + 1; ; number++) {
    const folder = path.join(partFolder, `try-${number}`);
    if (existsSync(folder)) continue;
    mkdirSync(folder);
    writeWholeFile(path.join(folder, 'try.json'), `${JSON.stringify(facts)}\n`);
    return { number, folder, facts, end: undefined, run: undefined };
  }
}

/** Writes down that a try has ended by itself. */
export function endTry(folder: string, end: TryEnd): void {
  writeWholeFile(path.join(folder, 'end.json'), `${JSON.stringify(end)}\n`);
}

/** Copies the run of a lost try into a new one, which then goes on with it. Returns its folder there. */
export function carryOver(run: string, into: string): string {
  const copy = path.join(into, path.basename(run));
  cpSync(run, copy, { recursive: true, mode: constants.COPYFILE_FICLONE });
  return copy;
}
