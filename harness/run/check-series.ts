// SPDX-License-Identifier: GPL-2.0-only
// Says no early: checks the series of all kernels of a plan before the run has a folder.

import { InfraError, type UsageError } from '../host/errors.ts';
import { notice } from '../host/notices.ts';
import { isImported } from '../kernel/carried.ts';
import { checkSeries, type CheckedSeries } from '../kernel/check-series.ts';

/**
 * Checks the series of kernels, and reports what their mails say they need.
 * @param specs what the kernels are made of, without those that were imported if these are used
 * @param every one that does not apply ends it; else only when none applies: the other kernels are worth running
 * @throws UsageError for a series that cannot be read, or does not apply.
 */
export async function checkAllSeries(
  specs: readonly string[],
  { every, imported = false }: { every: boolean; imported?: boolean | undefined },
): Promise<void> {
  const asked = [...new Set(specs)];
  const faults: UsageError[] = [];
  const notes = new Set<string>();
  for (const spec of asked) {
    if (imported && isImported(spec)) continue;
    const checked = await checkOne(spec, every);
    if (checked.fault !== undefined) {
      if (every) throw checked.fault;
      faults.push(checked.fault);
    }
    for (const note of checked.notes) notes.add(note);
  }
  const [first] = faults;
  if (first !== undefined && faults.length === asked.length) throw first;
  for (const note of notes) notice('info', note);
}

/** An archive that cannot be reached is an error of its own cells, unless every kernel is needed. */
async function checkOne(spec: string, every: boolean): Promise<CheckedSeries> {
  try {
    return await checkSeries(spec);
  } catch (error) {
    if (every || !(error instanceof InfraError)) throw error;
    return { notes: [], fault: undefined };
  }
}
