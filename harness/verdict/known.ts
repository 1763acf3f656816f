// SPDX-License-Identifier: GPL-2.0-only
// Known issues: what an entry of a scenario's `known:` list may say, and whether an entry covers what a cell showed. Strict on
// purpose: an entry that covers too much hides the next bug.

import { z } from 'zod';
import { UsageError } from '../host/errors.ts';
import { checkYaml } from '../host/yaml/check.ts';
import { closest } from '../host/yaml/closest.ts';
import type { YamlFile } from '../host/yaml/yaml.ts';
import type { Deviation } from '../results/events.ts';
import type { Bugs } from './bugs.ts';
import { inRange, parseKernelVersion, rangeSchema } from './kernel-range.ts';

const oneOrMore = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

export const knownEntrySchema = z
  .strictObject({
    kernels: rangeSchema().describe(
      'Range of kernel versions that deviate, such as ">=6.14", ">=6.0 <6.8" or "7.2 || 7.3". X.Y alone is any X.Y.Z.',
    ),
    verdict: z.enum(['fail', 'crash', 'hang']).describe('The verdict on these kernels.'),
    report: oneOrMore
      .optional()
      .describe(
        "For a crash or a hang: text that the title of the kernel's report contains, or the name of its function. With a list, each crash and each hang must match one of its texts.",
      ),
    steps: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('Keys of exactly those steps whose expectation is not met, each once.'),
    tests: z
      .array(z.string().min(1))
      .min(1)
      .optional()
      .describe('In a scenario with `suite`: the tests that it is for; all of them by default.'),
    bug: z
      .string()
      .min(1)
      .optional()
      .describe('The bug: a name of kernels/bugs.yaml, such as KB4, whose `because` is the reason; or a link.'),
    because: z
      .string()
      .min(1)
      .optional()
      .describe('Why these kernels deviate, in one sentence; only where `bug` does not give the reason.'),
  })
  .superRefine((entry, context) => {
    if (entry.verdict === 'fail' && entry.steps === undefined) {
      context.addIssue({
        code: 'custom',
        path: ['steps'],
        message: 'a known fail must say which steps deviate, such as steps: [signals, mappings]',
      });
    }
    if (entry.verdict === 'fail' && entry.report !== undefined) {
      context.addIssue({
        code: 'custom',
        path: ['report'],
        message: 'only a crash or a hang has a report of the kernel; a known fail has steps',
      });
    }
  });

/** A known issue with its reason: its own, or that of its bug. */
export type KnownEntry = z.infer<typeof knownEntrySchema> & { because: string };

export interface KnownMatch {
  /** The entry that covers every deviation. */
  known?: KnownEntry;
  /** For each entry that is for this kernel and does not cover the cell: why not. */
  nearMisses: string[];
}

const bugName = /^KB\d/;

/**
 * The entry at a place of a scenario, with its reason.
 * @throws UsageError when it is wrong, names a bug that is not in kernels/bugs.yaml, or has no reason.
 */
export function checkKnownEntry(yaml: YamlFile, at: readonly PropertyKey[], bugs: Bugs): KnownEntry {
  const entry = checkYaml(yaml, knownEntrySchema, at, { renamed: { in: 'report' } });
  const bug = entry.bug === undefined ? undefined : bugs.get(entry.bug);
  if (bug === undefined && entry.bug !== undefined && bugName.test(entry.bug)) {
    const meant = closest(entry.bug, [...bugs.keys()]);
    throw new UsageError(
      `there is no bug \`${entry.bug}\` in kernels/bugs.yaml${meant === undefined ? '' : `, did you mean \`${meant}\`?`}`,
      { at: yaml.at([...at, 'bug']) },
    );
  }
  const because = entry.because ?? bug?.because;
  if (because !== undefined) return { ...entry, because };
  throw new UsageError('`because` is missing: only a bug of kernels/bugs.yaml gives the reason', { at: yaml.at(at) });
}

/** The known issues of a kernel, in the order of the file. */
export function knownFor(entries: readonly KnownEntry[], kernelVersion: string): KnownEntry[] {
  return entries.filter((entry) => inRange(kernelVersion, entry.kernels));
}

/**
 * Finds the entry that covers a cell: same verdict, and every deviation accounted for (fails by `steps`, crashes and
 * hangs by `report`). Fails in or after the step of a crash or a hang are its consequences and need no mention.
 */
export function matchKnown(
  entries: readonly KnownEntry[],
  kernelVersion: string,
  verdict: 'fail' | 'crash' | 'hang',
  deviations: readonly Deviation[],
): KnownMatch {
  if (entries.length > 0 && parseKernelVersion(kernelVersion) === undefined) {
    return { nearMisses: [`the kernel version "${kernelVersion}" cannot be read, so no known issue can apply`] };
  }
  const nearMisses: string[] = [];
  for (const entry of knownFor(entries, kernelVersion)) {
    const problem = whyNot(entry, verdict, deviations);
    if (problem === undefined) return { known: entry, nearMisses };
    nearMisses.push(
      `the known issue for ${entry.kernels} (${entry.bug ?? entry.because}) does not cover this: ${problem}`,
    );
  }
  return { nearMisses };
}

function whyNot(entry: KnownEntry, verdict: string, deviations: readonly Deviation[]): string | undefined {
  if (entry.verdict !== verdict) return `it is for a ${entry.verdict}, this is a ${verdict}`;
  const reports = deviations.filter(({ kind }) => kind !== 'fail');
  const wanted = entry.report === undefined ? undefined : [entry.report].flat();
  for (const deviation of reports) {
    if (wanted === undefined) {
      if (deviation.kind !== entry.verdict) return `it does not mention the ${deviation.kind} "${deviation.title}"`;
    } else if (!wanted.some((text) => deviation.title.includes(text) || deviation.function === text)) {
      return `"${deviation.title}" does not contain ${wanted.map((text) => `"${text}"`).join(' or ')}`;
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
  if (extra.length > 0) return `it does not list the ${plural(extra)}, which deviated`;
  if (missing.length > 0) return `the ${plural(missing)} did not deviate`;
  return undefined;
}

function plural(steps: readonly string[]): string {
  return `${steps.length === 1 ? 'step' : 'steps'} ${steps.join(', ')}`;
}
