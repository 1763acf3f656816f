// SPDX-License-Identifier: GPL-2.0-only
// What was handed to Slurm, as a folder that all nodes see: submission.json, and for each part its plan and its tries.
//
//   TIME-NAME.slurm/submission.json
//                   logs/JOB_PART.txt        what the jobs print
//                   part-1/plan.json         the cells of the part
//                   part-1/try-1/            the results folder of its first try, with one run
//                   part-1/try-2/            of the second, after the node of the first was lost

import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { writeWholeFile } from '../../host/atomic-file.ts';
import { InfraError } from '../../host/errors.ts';
import { readJsonFile } from '../../host/json-file.ts';
import { cannotWrite } from '../../host/write-error.ts';
import { fileNameOf, folderTime } from '../../results/run-names.ts';
import {
  droppedCellSchema,
  plannedCellSchema,
  settlingSchema,
  shardSchema,
  variantSchema,
} from '../../results/schemas.ts';
import type { RunPlan } from '../run-plan.ts';

const batchSchema = z.object({
  /** Slurm's id of the job array. */
  job: z.string(),
  parts: z.array(z.number()),
  minutes: z.number(),
  /** ISO 8601. */
  submitted: z.string(),
});

const submissionSchema = z.object({
  version: z.literal(1),
  /** Name of the run that the parts are merged into. */
  name: z.string(),
  command: z.string(),
  /** Slurm's name of the jobs. */
  jobName: z.string(),
  parts: z.number(),
  /** Guests at a time in a part. */
  jobs: z.number(),
  cpus: z.number(),
  mebibytes: z.number(),
  minutes: z.number(),
  partition: z.string().exactOptional(),
  cache: z.string().exactOptional(),
  sbatch: z.array(z.string()),
  /** Where the jobs start: relative paths of kernels are below it. */
  cwd: z.string(),
  /** Where the merged run is made, and where cells are taken over from. */
  results: z.string(),
  settling: settlingSchema,
  batches: z.array(batchSchema),
  /** Folder of the run that the parts were merged into. */
  merged: z.string().exactOptional(),
});

export type Submission = z.infer<typeof submissionSchema>;

const planSchema = z.object({
  variants: z.array(variantSchema),
  cells: z.array(plannedCellSchema),
  dropped: z.array(droppedCellSchema),
  shard: shardSchema,
});

/** A part of a plan, without the content of its scenarios. */
export type PartPlan = z.infer<typeof planSchema>;

/** Makes the folder of a submission. @throws InfraError */
export function createSubmission(root: string, submission: Submission, plans: readonly RunPlan[]): string {
  try {
    mkdirSync(root, { recursive: true });
    const folder = newFolder(root, `${folderTime(new Date())}-${fileNameOf(submission.name)}`);
    mkdirSync(path.join(folder, 'logs'));
    plans.forEach(({ variants, cells, dropped, shard }, index) => {
      const plan = { variants, cells: cells.map(({ of, ...cell }) => cell), dropped, shard };
      const file = path.join(partFolder(folder, index + 1), 'plan.json');
      writeWholeFile(file, `${JSON.stringify(plan)}\n`, { makeFolders: true });
    });
    writeSubmission(folder, { ...submission, jobName: `hazmat-${path.basename(folder, ending)}` });
    return folder;
  } catch (error) {
    throw cannotWrite(root, error);
  }
}

/** The end of the names of these folders: they are no runs. */
const ending = '.slurm';

/** mkdir(2) fails when the folder is there: two submissions in one second get two. */
function newFolder(root: string, name: string): string {
  for (let number = 1; ; number++) {
    const folder = path.join(root, `${number === 1 ? name : `${name}-${number}`}${ending}`);
    if (existsSync(folder)) continue;
    mkdirSync(folder);
    return folder;
  }
}

export function writeSubmission(folder: string, submission: Submission): void {
  writeWholeFile(path.join(folder, 'submission.json'), `${JSON.stringify(submission, undefined, 2)}\n`);
}

/** @throws InfraError */
export function readSubmission(folder: string): Submission {
  return readJsonFile(path.join(folder, 'submission.json'), submissionSchema, 'Submit the matrix again.');
}

/** @throws InfraError */
export function readPlan(folder: string, part: number): PartPlan {
  return readJsonFile(path.join(partFolder(folder, part), 'plan.json'), planSchema, 'Submit the matrix again.');
}

/** Folder of a part, from 1. */
export function partFolder(folder: string, part: number): string {
  return path.join(folder, `part-${part}`);
}

/** The submission that a word means: a folder, or the newest of that name in results/ that was not merged yet; undefined when there is none. */
export function findSubmission(word: string, resultsRoot: string): string | undefined {
  const isOne = (folder: string): boolean => existsSync(path.join(folder, 'submission.json'));
  const named = [word, path.join(resultsRoot, word), path.join(resultsRoot, `${word}${ending}`)].find(isOne);
  if (named !== undefined) return path.resolve(named);
  if (!existsSync(resultsRoot)) return undefined;
  const ofName = (name: string): boolean => {
    const rest = name.replace(/^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d-/, '');
    return rest !== name && (rest === word || rest.replace(/-\d$/, '') === word);
  };
  return readdirSync(resultsRoot)
    .flatMap((name) => (name.endsWith(ending) ? [path.basename(name, ending)] : []))
    .filter(ofName)
    .sort()
    .toReversed()
    .map((name) => path.join(resultsRoot, `${name}${ending}`))
    .find((folder) => isOne(folder) && readSubmission(folder).merged === undefined);
}

/** Names, in results/, of the submissions whose parts were merged: nothing needs their tries any more. Unreadable ones are left out. */
export function mergedSubmissions(resultsRoot: string): string[] {
  if (!existsSync(resultsRoot)) return [];
  return readdirSync(resultsRoot).filter((name) => name.endsWith(ending) && isMerged(path.join(resultsRoot, name)));
}

function isMerged(folder: string): boolean {
  try {
    return readSubmission(folder).merged !== undefined;
  } catch (error) {
    if (error instanceof InfraError) return false;
    throw error;
  }
}

/** @throws InfraError for a part that the submission does not have */
export function partOf(word: string | undefined, { parts }: Submission): number {
  const part = Number(word);
  if (Number.isInteger(part) && part >= 1 && part <= parts) return part;
  throw new InfraError(`SLURM_ARRAY_TASK_ID is \`${word ?? ''}\`: it must be a part from 1 to ${parts}`);
}
