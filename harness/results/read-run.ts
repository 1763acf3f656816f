// SPDX-License-Identifier: GPL-2.0-only
// Loads a run from its folder, for comparing runs and for showing one again.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../host/errors.ts';
import { describeLife, isLiving } from '../host/life.ts';
import { readRecorded, readRunFile } from './read-recorded.ts';
import { ownerFile } from './run-folder.ts';
import type { RunRecord } from './run-record.ts';
import { runRecordSchema } from './schemas.ts';

/**
 * The record of the run in a folder. Its `folder` is where the run lies now.
 * @throws UsageError when the folder holds no run, a run that has not ended, one of another version, or a damaged one.
 */
export function readRun(folder: string): RunRecord {
  const file = path.join(folder, 'run.json');
  if (!existsSync(file)) throw noRun(folder);
  return { ...readRecorded(file, runRecordSchema), folder: path.resolve(folder) };
}

function noRun(folder: string): UsageError {
  const owner = path.join(folder, ownerFile);
  if (!existsSync(owner)) {
    return new UsageError(`${folder} is not the folder of a run: it has no run.json`, {
      hint: 'Name a folder in results/, such as results/latest.',
    });
  }
  const [root, tag] = [path.dirname(path.resolve(folder)), readRunFile(owner).toString('utf8').trim()];
  return isLiving(root, tag)
    ? new UsageError(`the run in ${folder} is still going on, in ${describeLife(root, tag)}`, {
        hint: 'Wait until it ends.',
      })
    : new UsageError(`the run in ${folder} was killed before it could write run.json`, {
        hint: 'The next hazmat run writes it from events.jsonl.',
      });
}
