// SPDX-License-Identifier: GPL-2.0-only
// Loads a run from its folder, for comparing runs and for showing one again.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { UsageError } from '../host/errors.ts';
import { isAlive, ownerOfTag } from '../host/owner.ts';
import { ownerFile } from './run-folder.ts';
import { runRecordVersion, type RunRecord } from './run-record.ts';

const text = z.string().exactOptional();

const deviation = z.object({
  kind: z.enum(['fail', 'crash', 'hang']),
  step: text,
  stepIndex: z.number().exactOptional(),
  title: z.string(),
  wanted: text,
  seen: text,
  function: text,
  fingerprint: text,
  evidence: text,
});

const known = z.object({ because: z.string(), bug: text }).exactOptional();

const plannedCell = z.object({
  id: z.string(),
  scenario: z.string(),
  title: z.string(),
  kernel: z.string(),
  repeat: z.number(),
  repeats: z.number(),
  folder: z.string(),
  reproduce: z.string(),
  options: z.array(z.string()).exactOptional(),
  content: text,
});

const cellResult = plannedCell.extend({
  kernelVersion: z.string(),
  verdict: z.enum(['pass', 'fail', 'crash', 'hang', 'skip', 'error', 'unbuilt']),
  expected: z.boolean(),
  why: z.string(),
  deviations: z.array(deviation),
  known,
  knownButPassed: known,
  durationMs: z.number(),
  forkMs: z.number().exactOptional(),
});

const runRecord: z.ZodType<RunRecord> = z.object({
  version: z.literal(runRecordVersion),
  name: z.string(),
  folder: z.string(),
  command: z.string(),
  started: z.string(),
  ended: z.string(),
  durationMs: z.number(),
  interrupted: z.boolean(),
  exitCode: z.number(),
  environment: z.record(z.string(), z.string()),
  kernels: z.array(z.string()),
  kernelFacts: z.array(
    z.object({
      kernel: z.string(),
      label: z.string(),
      version: z.string(),
      release: z.string(),
      id: z.string(),
      origin: z.string(),
    }),
  ),
  cells: z.array(cellResult),
  unfinished: z.array(plannedCell),
  messages: z.array(z.object({ level: z.enum(['warning', 'error']), text: z.string() })),
});

/**
 * The record of the run in a folder. Its `folder` is where the run lies now.
 * @throws UsageError when the folder holds no run, a run that has not ended, one of another version, or a damaged one.
 */
export function readRun(folder: string): RunRecord {
  const file = path.join(folder, 'run.json');
  if (!existsSync(file)) throw noRun(folder);
  const value = parsed(file);
  const version = z.object({ version: z.unknown() }).safeParse(value).data?.version;
  if (version !== runRecordVersion) {
    const found = version === undefined ? 'no version' : `version ${JSON.stringify(version)}`;
    throw new UsageError(`the run has ${found}, and version ${runRecordVersion} is what can be read`, {
      at: file,
      hint: 'Another hazmat wrote it; use that one, or run again.',
    });
  }
  const result = runRecord.safeParse(value);
  if (result.success) return { ...result.data, folder: path.resolve(folder) };
  const issue = result.error.issues[0];
  const where = (issue?.path ?? [])
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('');
  throw new UsageError(`the run is damaged at ${where.replace(/^\./, '')}: ${issue?.message ?? ''}`, { at: file });
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new UsageError(`the run is damaged: ${why}`, { at: file, cause: error });
  }
}

function noRun(folder: string): UsageError {
  const owner = path.join(folder, ownerFile);
  if (!existsSync(owner)) {
    return new UsageError(`${folder} holds no run: it has no run.json`, {
      hint: 'Name a folder in results/, such as results/latest.',
    });
  }
  const { pid, startTime } = ownerOfTag(readFileSync(owner, 'utf8').trim());
  return isAlive({ pid, startTime })
    ? new UsageError(`the run in ${folder} has not ended: process ${pid} is at it`)
    : new UsageError(`the run in ${folder} was cut off`, { hint: 'The next hazmat run finishes its records.' });
}
