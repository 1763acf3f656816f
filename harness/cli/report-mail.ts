// SPDX-License-Identifier: GPL-2.0-only
// hazmat report --mail: the mail of the morning after a nightly run.

import path from 'node:path';
import { UsageError } from '../host/errors.ts';
import { resultsRoot } from '../host/places.ts';
import { nightOf } from '../history/nights.ts';
import { updateHistory } from '../history/update.ts';
import { morningMail } from '../report/morning-mail.ts';
import { findRun } from '../results/find-run.ts';

/** The mail about a run. @throws UsageError for a run that is not in the history */
export async function mailOf(word: string): Promise<string> {
  const run = path.basename(findRun(word, resultsRoot()));
  const { entries } = await updateHistory(resultsRoot());
  const night = nightOf(entries, run);
  if (night === undefined) {
    throw new UsageError(`the run ${run} is not in the history: it has not ended, or it is a part of another run`);
  }
  return morningMail(night);
}
