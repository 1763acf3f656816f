// SPDX-License-Identifier: GPL-2.0-only
// Checks that b4 asks for: a mail in, results out. Which series it is of, on which base, and how far it is checked.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { UsageError } from '../host/errors.ts';
import { warningsIn } from '../kernel/build/warnings.ts';
import { keptWarnings } from '../kernel/build/kept-warnings.ts';
import { resolveKernel } from '../kernel/resolve.ts';
import { baseOfSeries } from '../kernel/series/base-of-series.ts';
import { mailHeader, patchNumber } from '../kernel/series/mail.ts';
import { patchesOfText } from '../kernel/series/read-text.ts';
import { withSeries } from '../kernel/spec.ts';
import { readJsonFileIfWhole } from '../host/json-file.ts';
import { comparisonResult, errorResult, patchResult, type B4Result } from '../report/b4-result.ts';
import { checkAllSeries } from './check-series.ts';
import { compareKernels } from './compare.ts';
import type { RunSettings } from './whole-run.ts';

/** series: the cover letter of a series, which is run. patch: one patch of it. prep: one patch of the branch of b4 prep. */
export const b4Checks = ['series', 'patch', 'prep'] as const;
export type B4Check = (typeof b4Checks)[number];

export interface B4CheckOptions extends RunSettings {
  base?: string;
  series?: string;
  /** Compile, too, when no scenario is named. */
  build?: boolean;
  /** Where the mail is put when it is the whole series. */
  scratch: string;
}

/** Checks one mail. What is wrong with it, or with the machine, is a result. @throws UsageError when the command is wrong */
export async function b4Check(
  check: B4Check,
  mail: string,
  words: readonly string[],
  options: B4CheckOptions,
): Promise<B4Result[]> {
  if (check !== 'series' && !(await hasPatch(mail))) return [];
  const series = seriesOf(check, mail, options);
  const base = options.base ?? (await baseOfSeries(series)) ?? reviewBase();
  if (base === undefined) {
    throw new UsageError('a base is needed', { hint: 'Use --base KERNEL, such as --base git:.@v7.2.' });
  }
  const { number } = patchNumber(mailHeader(mail, 'Subject'));
  const kernel = `${withSeries(base, series)}${check === 'series' || number === undefined || isAlone(mail) ? '' : `#${number}`}`;
  try {
    await checkAllSeries([kernel], { every: true });
    if (check === 'series' || words.length > 0) {
      const { comparisons } = await compareKernels(words, base, kernel, { ...options, quiet: check === 'prep' });
      return comparisons.map(comparisonResult);
    }
    if (options.build !== true) return [patchResult('applies')];
    return [patchResult('applies and builds', await buildWarnings(kernel, mail))];
  } catch (error) {
    return [errorResult(error)];
  }
}

async function hasPatch(mail: string): Promise<boolean> {
  try {
    return (await patchesOfText(mail, 'the mail')).patches.length > 0;
  } catch {
    // It has one that is wrong: that is reported where it is read again.
    return true;
  }
}

/** A mail that is a series of its own: `[PATCH]`, `[PATCH 1/1]`. */
function isAlone(mail: string): boolean {
  const brackets = /^\s*((?:\[[^\]]*\]\s*)+)/.exec(mailHeader(mail, 'Subject'))?.[1] ?? '';
  const count = /\b\d+\/(\d+)\b/.exec(brackets)?.[1];
  return count === undefined || Number(count) === 1;
}

function seriesOf(check: B4Check, mail: string, { series, scratch }: B4CheckOptions): string {
  if (series !== undefined) return series;
  if (check === 'prep') return 'b4:prep';
  const { number } = patchNumber(mailHeader(mail, 'Subject'));
  if (isAlone(mail) && number !== 0) {
    const file = path.join(scratch, 'the-mail.patch');
    writeFileSync(file, mail);
    return file;
  }
  const id = mailHeader(mail, 'Message-ID').replace(/^\s*<?(.*?)>?\s*$/, '$1');
  if (id === '') throw new UsageError('the mail has no Message-ID', { hint: 'Name its series: --series SERIES.' });
  return `b4:${id}`;
}

const trackingSchema = z.looseObject({ series: z.looseObject({ 'base-commit': z.string().optional() }).optional() });

/** The base that b4 review keeps of a series, as a commit of the repository that it works in. */
function reviewBase(): string | undefined {
  const file = process.env.B4_TRACKING_FILE;
  const tracking = file === undefined || file === '' ? undefined : readJsonFileIfWhole(file, trackingSchema);
  const commit = tracking?.series?.['base-commit'];
  return commit === undefined || !/^[0-9a-f]{7,64}$/.test(commit) ? undefined : `git:.@${commit}`;
}

/** Builds the kernel; the warnings in the files of the patch. @throws UsageError for what does not compile */
async function buildWarnings(kernel: string, mail: string): Promise<string[]> {
  const { id } = await resolveKernel(kernel);
  const { patches } = await patchesOfText(mail, 'the mail');
  const touched = patches.flatMap(({ files }) => files);
  return warningsIn(touched, keptWarnings(id) ?? new Map());
}
