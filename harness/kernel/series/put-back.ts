// SPDX-License-Identifier: GPL-2.0-only
// Reads fixes that were put back: patches of kernels/history, each of which takes a fix out of a kernel that upstream has. They are
// mutants that somebody really wrote, so their form is that of mutants, with where the fix is from.

import { UsageError } from '../../host/errors.ts';
import { defaultKernel } from '../default-kernel.ts';
import { parseDiff } from './diff.ts';
import { parseMutant, type Mutant } from './mutant.ts';

/** A fix that was taken out. */
export interface PutBack extends Mutant {
  /** Subject of the fix upstream. */
  fix: string;
  /** First mainline version with the fix, as `6.8`, where it is known. */
  fixedIn: string | undefined;
  /** Where the fix was posted. */
  link: string | undefined;
  /** The kernel that the patch is for. */
  base: string;
  /** Scenarios that were written because none of those before noticed. */
  newScenarios: string[];
  /** Why no scenario can notice it; undefined where one does. */
  notNoticed: string | undefined;
  /** Part of the kernel, as the table of recall groups them. */
  area: string;
}

const trailers = {
  Fix: /\S/,
  'Fixed-in': /^\d+\.\d+$/,
  Link: /^https:\/\/lore\.kernel\.org\/\S+$/,
  Base: /^\S+$/,
  'New-scenario': /^[a-z0-9-]+\/[a-z0-9.-]+$/,
  'Not-noticed': /\S/,
} as const;
type Trailer = keyof typeof trailers;

const forms: Record<Trailer, string> = {
  Fix: '`Fix: nvdimm: Fix badblocks clear off-by-one error`, the subject of the fix',
  'Fixed-in': '`Fixed-in: 6.0`, a version of mainline',
  Link: '`Link: https://lore.kernel.org/r/MESSAGE-ID`',
  Base: '`Base: 7.2`, a kernel as `hazmat run --kernel` takes it',
  'New-scenario': '`New-scenario: FOLDER/SCENARIO`',
  'Not-noticed': '`Not-noticed: why no scenario can notice it`',
};

/** The first that fits a path of the patch is its area. */
const areas: readonly (readonly [RegExp, string])[] = [
  [/^drivers\/nvdimm\/btt/, 'BTT'],
  [/^drivers\/nvdimm\//, 'nvdimm'],
  [/^drivers\/acpi\/nfit\//, 'nfit'],
  [/^drivers\/dax\//, 'device-dax'],
  [/^drivers\/cxl\//, 'CXL'],
  [/^drivers\/md\//, 'device mapper'],
  [/^fs\/dax\.c$/, 'fs/dax'],
  [/^fs\/xfs\//, 'XFS'],
  [/^fs\/ext4\//, 'ext4'],
  [/^mm\//, 'memory failure'],
  [/^drivers\/acpi\/apei\//, 'APEI'],
  [/^arch\/x86\//, 'machine check'],
  [/^block\//, 'block'],
];

/**
 * Parses the patch of one fix.
 * @param file path for errors and kernel specs; its base name is the name of the fix
 * @throws UsageError naming file and line of what is wrong
 */
export function parsePutBack(text: string, file: string): PutBack {
  const mutant = parseMutant(text, file);
  const lines = text.split('\n');
  const said = new Map<Trailer, string[]>();
  const about: string[] = [];
  let last: Trailer | undefined;
  for (const line of mutant.about.split('\n')) {
    const [, word = '', value = ''] = /^([A-Z][a-z]+(?:-[a-z]+)?): *(.*)$/.exec(line) ?? [];
    const values = said.get(last ?? 'Fix') ?? [];
    if (word in trailers) {
      last = word as Trailer;
      if (!trailers[last].test(value)) {
        throw new UsageError(`'${line}' is not as it should be`, {
          at: `${mutant.file}:${lines.indexOf(line) + 1}`,
          hint: `Write ${forms[last]}.`,
        });
      }
      said.set(last, [...(said.get(last) ?? []), value]);
    } else if (last !== undefined && /^\s+\S/.test(line)) {
      // A trailer that goes on in the next line.
      said.set(last, [...values.slice(0, -1), `${values.at(-1) ?? ''} ${line.trim()}`]);
    } else {
      last = undefined;
      about.push(line);
    }
  }
  const one = (name: Trailer): string | undefined => said.get(name)?.at(-1);
  const missing = (name: string, hint: string): never => {
    throw new UsageError(`the patch has no line ${name}`, { at: `${mutant.file}:1`, hint: `Write ${hint}.` });
  };
  const notNoticed = one('Not-noticed');
  if (mutant.killedBy.length === 0 && notNoticed === undefined) {
    missing('Killed-by: or Not-noticed:', '`Killed-by: FOLDER/SCENARIO (STEP)`, or why nothing can notice it');
  }
  if (mutant.killedBy.length > 0 && notNoticed !== undefined) {
    throw new UsageError('the patch has both Killed-by: and Not-noticed:', {
      at: `${mutant.file}:${lines.findIndex((line) => line.startsWith('Not-noticed:')) + 1}`,
      hint: 'A scenario notices it, or none can.',
    });
  }
  const diffStart = lines.findIndex((line) => line.startsWith('diff --git ') || line.startsWith('--- a/'));
  const files = parseDiff(lines.slice(diffStart).join('\n')).files.map(({ path }) => path);
  return {
    ...mutant,
    about: about.join('\n').trim(),
    fix: one('Fix') ?? missing('Fix:', forms.Fix),
    fixedIn: one('Fixed-in'),
    link: one('Link'),
    base: one('Base') ?? defaultKernel,
    newScenarios: said.get('New-scenario') ?? [],
    notNoticed,
    area: areas.find(([pattern]) => files.some((file) => pattern.test(file)))?.[1] ?? 'other',
  };
}
