// SPDX-License-Identifier: GPL-2.0-only
// The file of a matrix: which scenarios on which kernels, built and booted how, and what is left out for which reason.

import { z } from 'zod';
import { slurmSchema } from '../slurm/settings.ts';

const words = z.array(z.string().min(1)).min(1);
const because = z.string().min(1).describe('Why, in one sentence');
const name = z
  .string()
  .regex(/^[\w.][\w.+-]*$/, 'a name of letters, digits, dots, dashes and plus signs')
  .describe('Short name for tables and folders');

const qemu = z.string().min(1).describe('The QEMU that runs it, as hazmat run --qemu takes it');

const kernelSchema = z.strictObject({
  kernel: z.string().min(1).describe('A kernel as hazmat run --kernel takes it, in quotes: "6.12", "git:PATH@REF"'),
  series: z.string().min(1).optional().describe('Patches to put on it, as after the + of KERNEL+SERIES'),
  config: words.optional().describe('Config fragments for a kernel that is built, such as [kasan, lockdep]'),
  'config-from': z.enum(['tree']).optional().describe('tree: build tree:PATH with its own .config'),
  append: z.string().min(1).optional().describe('Words to add to the kernel command line'),
  qemu: qemu.optional(),
  name: name.optional(),
});

const parameterSchema = z.strictObject({
  name,
  append: z.string().min(1).optional().describe('Words to add to the kernel command line'),
  qemu: qemu.optional(),
  repeat: z.int().min(1).optional().describe('Repetitions of each scenario'),
});

const chosen = {
  kernels: words.optional().describe('Names of kernels of this matrix; all if it is left out'),
  parameters: words.optional().describe('Names of parameters of this matrix; all if it is left out'),
};

export const matrixSchema = z.strictObject({
  title: z.string().min(1).optional().describe('What the matrix is for'),
  kernels: z
    .array(z.union([z.string().min(1), kernelSchema]))
    .min(1)
    .describe('Kernels: a word in quotes, or a block'),
  scenarios: words.optional().describe('Names, folders, tags or files of scenarios; all if it is left out'),
  parameters: z
    .array(parameterSchema)
    .min(1)
    .optional()
    .describe('Each scenario is run on each kernel once for each of these'),
  repeat: z.int().min(1).prefault(1).describe('Repetitions of each scenario'),
  include: z
    .array(z.strictObject({ ...chosen, scenarios: words.describe('Scenarios that are added'), because }))
    .prefault([])
    .describe('Scenarios that only some kernels run'),
  exclude: z
    .array(
      z.strictObject({
        ...chosen,
        scenarios: words.optional().describe('Scenarios that are left out; all if it is left out'),
        because,
      }),
    )
    .prefault([])
    .describe('Cells that are not run'),
  slurm: slurmSchema.optional().describe('How Slurm runs it, with --executor slurm'),
});

export type MatrixSpec = z.output<typeof matrixSchema>;
