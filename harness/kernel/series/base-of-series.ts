// SPDX-License-Identifier: GPL-2.0-only
// The base that a series names by itself: the commit that a range of a repository, or a branch of b4 prep, starts from.

import { splitPart } from '../spec.ts';
import { readPrepBranch } from './b4-prep.ts';
import { findSeries, parseSeriesWord } from './series-word.ts';

/** Its kernel spec; undefined for a series that is only patches. @throws UsageError when there is no such series */
export async function baseOfSeries(series: string, signal?: AbortSignal): Promise<string | undefined> {
  const { whole: word } = splitPart(series);
  const parsed = parseSeriesWord(word);
  if (parsed.kind === 'prep') {
    const place = findSeries(word);
    const { base } = await readPrepBranch(place, signal);
    return `git:${parsed.repository}@${base.slice(0, 12)}`;
  }
  const from = parsed.kind === 'range' ? /^([^.].*?)\.\.\.?/.exec(parsed.range)?.[1] : undefined;
  return parsed.kind !== 'range' || from === undefined ? undefined : `git:${parsed.repository}@${from}`;
}
