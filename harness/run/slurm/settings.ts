// SPDX-License-Identifier: GPL-2.0-only
// How a matrix is run by Slurm: the key `slurm` of its file, and --slurm KEY=VALUE, which wins.

import { z } from 'zod';
import { UsageError } from '../../host/errors.ts';
import { parseSize } from '../../host/size.ts';
import { closest } from '../../host/yaml/closest.ts';

const size = z.string().refine((text) => parseSize(text) !== undefined, 'a size such as 4G');
const folder = z.string().startsWith('/', 'an absolute path');

const shape = {
  parts: z.coerce
    .number()
    .int()
    .min(1)
    .describe('Parts of the plan, each a task of the job array; one a node by default'),
  partition: z.string().min(1).describe('Partition, as sbatch --partition takes it'),
  jobs: z.coerce.number().int().min(1).describe('Guests at a time in a part'),
  cpus: z.coerce.number().int().min(1).describe('CPUs of a part; one a guest by default'),
  memory: size.describe('Memory of a part; by default what its guests can fill'),
  minutes: z.coerce.number().int().min(1).describe('Time limit of a part; by default from what earlier runs took'),
  folder: folder.describe('Where the parts are, on a filesystem of all nodes; the results folder by default'),
  cache: folder.describe('HAZMAT_CACHE on the nodes; %N is the name of the node'),
};

export const slurmSchema = z
  .strictObject({
    ...shape,
    sbatch: z
      .array(z.string().startsWith('-', 'an option, such as --account=NAME'))
      .describe('More options for sbatch'),
  })
  .partial();

/** What is left out has a default. */
export type SlurmSettings = z.output<typeof slurmSchema>;

/** Guests at a time in a part, if nothing is said. */
export const defaultPartJobs = 2;

/** Those of the file with those of the command line. @throws UsageError naming the word that is wrong */
export function withWords(inFile: SlurmSettings, words: readonly string[]): SlurmSettings {
  let settings = inFile;
  for (const word of words) {
    const [, key = '', value = ''] = /^([\w-]+)=(.+)$/s.exec(word) ?? [];
    settings = { ...settings, ...settingOf(word, key, value, settings) };
  }
  return settings;
}

function settingOf(word: string, key: string, value: string, { sbatch = [] }: SlurmSettings): SlurmSettings {
  const keys = Object.keys(slurmSchema.shape);
  if (!keys.includes(key)) {
    const meant = closest(key, keys);
    throw new UsageError(
      `--slurm ${word}: it must be KEY=VALUE${meant === undefined ? '' : `, did you mean \`${meant}\`?`}`,
      {
        hint: `Keys: ${keys.join(', ')}`,
      },
    );
  }
  const result = slurmSchema.safeParse({ [key]: key === 'sbatch' ? [...sbatch, value] : value });
  if (result.success) return result.data;
  throw new UsageError(`--slurm ${word}: ${result.error.issues[0]?.message ?? 'this value is not possible'}`);
}
