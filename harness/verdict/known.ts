// SPDX-License-Identifier: GPL-2.0-only
// Known deviations: what a scenario's `known:` list may say, and whether an entry covers what a cell showed. Strict on
// purpose: an entry that covers too much hides the next bug.

import { z } from 'zod';
import type { Deviation } from '../results/events.ts';
import { inRange, parseKernelVersion, rangeHelp, rangeProblem } from './kernel-range.ts';

const oneOrMore = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

export const knownEntrySchema = z
  .strictObject({
    kernels: z
      .string({ error: `kernels: which kernels deviate. ${rangeHelp}` })
      .superRefine((range, context) => {
        const problem = rangeProblem(range);
        if (problem !== undefined) context.addIssue({ code: 'custom', message: `${problem}. ${rangeHelp}` });
      })
      .describe('Range of kernel versions, such as ">=6.14", ">=6.0 <6.8" or "7.2 || 7.3". X.Y alone is any X.Y.Z.'),
    verdict: z.enum(['fail', 'crash', 'hang']).describe('The verdict that is known.'),
    in: oneOrMore
      .optional()
      .describe(
        'Crash and hang: text that its title or function must contain; with a list, each crash or hang must contain one of them.',
      ),
    steps: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('Keys of exactly those steps that see something else than they want, each once.'),
    because: z.string().min(1).describe('Why these kernels deviate, in one sentence.'),
    bug: z.string().min(1).optional().describe('Name or link of the bug, such as KB4.'),
  })
  .superRefine((entry, context) => {
    if (entry.verdict === 'fail' && entry.steps === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['steps'],
        message: 'a known fail must say which steps deviate, such as steps: [signals, mappings]',
      });
    }
    if (entry.verdict === 'fail' && entry.in !== undefined) {
      context.addIssue({
        code: 'custom',
        path: ['in'],
        message: 'only a crash or a hang has a title or function to look in; a known fail has steps',
      });
    }
  });

export type KnownEntry = z.infer<typeof knownEntrySchema>;

export interface KnownMatch {
  /** The entry that covers every deviation. */
  known?: KnownEntry;
  /** For each entry that is for this kernel and yet does not cover the cell: why not. */
  nearMisses: string[];
}

/** The known entries for a kernel, in the order of the file. */
export function knownFor(entries: readonly KnownEntry[], kernelVersion: string): KnownEntry[] {
  return entries.filter((entry) => inRange(kernelVersion, entry.kernels));
}

/**
 * Finds the entry that covers a cell: same verdict, and every deviation accounted for (fails by `steps`, crashes and
 * hangs by `in`). Fails in or after the step in which a crash or hang came are its consequences and need no mention.
 */
export function matchKnown(
  entries: readonly KnownEntry[],
  kernelVersion: string,
  verdict: 'fail' | 'crash' | 'hang',
  deviations: readonly Deviation[],
): KnownMatch {
  if (entries.length > 0 && parseKernelVersion(kernelVersion) === undefined) {
    return { nearMisses: [`the kernel version "${kernelVersion}" cannot be read, so no known entry can apply`] };
  }
  const nearMisses: string[] = [];
  for (const entry of knownFor(entries, kernelVersion)) {
    const problem = whyNot(entry, verdict, deviations);
    if (problem === undefined) return { known: entry, nearMisses };
    nearMisses.push(`known for ${entry.kernels} (${entry.bug ?? entry.because}) does not cover this: ${problem}`);
  }
  return { nearMisses };
}

function whyNot(entry: KnownEntry, verdict: string, deviations: readonly Deviation[]): string | undefined {
  if (entry.verdict !== verdict) return `it knows a ${entry.verdict}, this is a ${verdict}`;
  const broken = deviations.filter(({ kind }) => kind !== 'fail');
  const wanted = entry.in === undefined ? undefined : [entry.in].flat();
  for (const deviation of broken) {
    if (wanted === undefined) {
      if (deviation.kind !== entry.verdict) return `it says nothing of the ${deviation.kind} "${deviation.title}"`;
    } else if (!wanted.some((text) => deviation.title.includes(text) || deviation.function === text)) {
      return `"${deviation.title}" contains ${wanted.length === 1 ? 'no' : 'none of'} ${wanted.map((text) => `"${text}"`).join(', ')}`;
    }
  }
  return stepsProblem(entry.steps ?? [], deviations);
}

function stepsProblem(steps: readonly string[], deviations: readonly Deviation[]): string | undefined {
  const end = Math.min(
    ...deviations.filter(({ kind }) => kind !== 'fail').map(({ stepIndex }) => stepIndex ?? Infinity),
  );
  const fails = deviations.filter(({ kind }) => kind === 'fail');
  const before = new Set(fails.filter(({ stepIndex }) => (stepIndex ?? -1) < end).map(({ step }) => step ?? 'no step'));
  const all = new Set(fails.map(({ step }) => step ?? 'no step'));
  const extra = [...before].filter((step) => !steps.includes(step));
  const missing = steps.filter((step) => !all.has(step));
  if (extra.length > 0) return `it does not list the deviating ${plural(extra)}`;
  if (missing.length > 0) return `the ${plural(missing)} did not deviate`;
  return undefined;
}

function plural(steps: readonly string[]): string {
  return `${steps.length === 1 ? 'step' : 'steps'} ${steps.join(', ')}`;
}
