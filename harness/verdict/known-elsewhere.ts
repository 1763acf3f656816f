// SPDX-License-Identifier: GPL-2.0-only
// Whether an unexpected crash or hang is a known issue of another scenario: an author's own scenario meets the same bugs. It stays
// unexpected, since only the scenario's own list says what is expected there. Pure.

import { groupBy } from '../host/group-by.ts';
import type { Deviation } from '../results/events.ts';
import { plainName } from './functions.ts';
import type { Judgment } from './judge.ts';
import { knownFor, type KnownEntry } from './known.ts';

/** A known issue, and the scenario that records it. */
export interface RecordedIssue {
  scenario: string;
  entry: KnownEntry;
}

/** A text of `report:` that can only be the name of a function; `sysfs` may stand anywhere in a title. */
const functionName = /^[a-z]\w*_\w+$/;

/**
 * The judgment with a sentence at each unexpected crash and hang that is known elsewhere.
 * @param issues of all scenarios; asked for only when there is something to look up
 */
export function noteElsewhere(
  judgment: Judgment,
  kernelVersion: string,
  issues: () => readonly RecordedIssue[],
): Judgment {
  const { expected, deviations } = judgment;
  if (expected || deviations.every(({ kind }) => kind === 'fail')) return judgment;
  const all = issues();
  const noted = deviations.map((deviation) => {
    return { ...deviation, ...elsewhereOf(deviation, kernelVersion, all) };
  });
  const sentence = noted.find(({ elsewhere }) => elsewhere !== undefined)?.elsewhere;
  return sentence === undefined ? judgment : { ...judgment, deviations: noted, why: `${judgment.why}; ${sentence}` };
}

/** `same as KB4, known in remove/shared-mappers and 3 more scenarios`, and the bug's name; undefined when it is known nowhere. */
export function elsewhereOf(
  deviation: Deviation,
  kernelVersion: string,
  issues: readonly RecordedIssue[],
): Pick<Deviation, 'elsewhere' | 'bug'> | undefined {
  if (deviation.kind === 'fail') return undefined;
  const same = issues.filter(
    ({ entry }) =>
      knownFor([entry], kernelVersion).length > 0 && entry.verdict === deviation.kind && names(entry, deviation),
  );
  const [most] = [...groupBy(same, ({ entry }) => entry.bug ?? entry.because)].toSorted(
    ([, one], [, other]) => other.length - one.length,
  );
  if (most === undefined) return undefined;
  const [what, members] = most;
  const [first = '', ...others] = [...new Set(members.map(({ scenario }) => scenario))];
  const more =
    others.length === 0 ? '' : ` and ${others.length} more ${others.length === 1 ? 'scenario' : 'scenarios'}`;
  const elsewhere = `same as ${what}, known in ${first}${more}`;
  const bug = members[0]?.entry.bug;
  return bug === undefined ? { elsewhere } : { elsewhere, bug };
}

/** The entry names the function that the deviation is blamed on, or one that its title has as a word. */
function names({ report }: KnownEntry, { title, function: blamed }: Deviation): boolean {
  const words = new Set([...title.matchAll(/[\w.]+/g)].map(([word]) => plainName(word)));
  if (blamed !== undefined) words.add(plainName(blamed));
  return [report ?? []].flat().some((text) => functionName.test(text) && words.has(text));
}
