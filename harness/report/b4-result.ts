// SPDX-License-Identifier: GPL-2.0-only
// The outcome of a check as b4 reads it: JSON for b4 review (its docs/maintainer/review.rst, "CI check integration"), and lines as
// those of checkpatch --terse for b4 prep --check (its src/b4/__init__.py:run_local_check). Pure.

import type { Comparison } from '../compare/comparison.ts';
import { isNews } from '../compare/is-news.ts';
import { HazmatError, InfraError } from '../host/errors.ts';
import { comparisonMail } from './comparison-mail.ts';
import { changeWord, countsLine } from './comparison-words.ts';

export interface B4Result {
  tool: 'hazmat';
  status: 'pass' | 'warn' | 'fail';
  /** One line. */
  summary: string;
  details?: string;
}

/** Of a patch that applies, and builds if it was built; `warnings` of the compiler are worth a look. */
export function patchResult(done: string, warnings: readonly string[] = []): B4Result {
  const [first] = warnings;
  if (first === undefined) return { tool: 'hazmat', status: 'pass', summary: done };
  const summary = warnings.length === 1 ? `new compiler warning: ${first}` : `${warnings.length} new compiler warnings`;
  return { tool: 'hazmat', status: 'warn', summary, details: warnings.join('\n') };
}

/** What a comparison found: a regression fails, and what could not be compared is a warning. */
export function comparisonResult(comparison: Comparison): B4Result {
  const { regressed, unbuilt, lost, scenarios } = comparison;
  const status = regressed.length > 0 || unbuilt ? 'fail' : lost.length > 0 ? 'warn' : 'pass';
  const news = scenarios.filter(isNews).map((one) => `${changeWord(one)} ${one.scenario}`);
  const summary = `${countsLine(comparison)}${news.length === 0 ? '' : `: ${news.slice(0, 3).join(', ')}`}`;
  return { tool: 'hazmat', status, summary, details: comparisonMail([comparison]) };
}

/** What went wrong instead. An infrastructure error says nothing of the patch. @throws the error when it is a defect */
export function errorResult(error: unknown): B4Result {
  if (!(error instanceof HazmatError)) throw error;
  const infrastructure = error instanceof InfraError;
  const place = error.at === undefined ? '' : `${error.at}: `;
  return {
    tool: 'hazmat',
    status: infrastructure ? 'warn' : 'fail',
    summary: `${infrastructure ? 'not checked, infrastructure error: ' : ''}${place}${error.message.split('\n')[0] ?? ''}`,
    ...(error.hint === undefined ? {} : { details: error.hint }),
  };
}

/** The array that b4 review reads, with a newline at its end. */
export function b4Json(results: readonly B4Result[]): string {
  return `${JSON.stringify(results, undefined, 2)}\n`;
}

/** What b4 prep --check reads: nothing when all is well, else a line for each result. */
export function b4Terse(results: readonly B4Result[]): string {
  return results
    .filter(({ status }) => status !== 'pass')
    .map(({ status, summary }) => `${status === 'fail' ? 'ERROR' : 'WARNING'}: ${summary}\n`)
    .join('');
}
