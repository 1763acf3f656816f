// SPDX-License-Identifier: GPL-2.0-only
// The top level of a scenario file. Steps and layers bring their own schemas; load.ts puts them together.

import { z } from 'zod';
import { patternProblem } from '../verdict/allow.ts';
import { durationSchema } from './duration.ts';

const name = z.string().regex(/^[a-z][a-z0-9-]*$/, 'a name of small letters, digits and dashes');
const guestPath = z.string().regex(/^\/\w[\w./-]*$/, 'an absolute path in the guest');

const fileSchema = z
  .strictObject({
    pages: z.int().min(1).max(65536).optional().describe('Length in pages of 4 KiB'),
    'clone-of': guestPath
      .optional()
      .describe('Instead: a file above of which this is a clone, sharing every block (cp --reflink)'),
    beside: guestPath
      .optional()
      .describe('A file above of as many pages: the two are laid page by page in turn, so that their blocks alternate'),
    dax: z
      .boolean()
      .prefault(false)
      .describe('Has the attribute that makes it a DAX file on a filesystem mounted with dax=inode'),
  })
  .refine((file) => (file.pages === undefined) !== (file['clone-of'] === undefined), {
    error: 'say `pages` or `clone-of`',
  })
  .refine((file) => file['clone-of'] === undefined || (file.beside === undefined && !file.dax), {
    error: 'a clone lies where the file lies that it was made of, and is as that file is',
  });

export const filesSchema = z
  .record(guestPath, fileSchema)
  .describe(
    'Files laid before the processes start, each page with a pattern of its own, synced; folders are made as needed',
  );

export const processSchema = z.strictObject({
  count: z.int().min(1).max(64).prefault(1).describe('How many such processes'),
  map: guestPath.optional().describe('The file that each maps; laid with the pattern if `files` does not have it'),
  pages: z.int().min(1).max(65536).prefault(1).describe('Length of the mapping in pages'),
  from: z.int().min(0).prefault(0).describe('First page of the file that is mapped'),
  mode: z.enum(['shared', 'private']).prefault('shared').describe('MAP_SHARED or MAP_PRIVATE'),
  sync: z.boolean().prefault(false).describe('MAP_SYNC'),
  protection: z.enum(['read', 'write']).prefault('write').describe('PROT_READ alone, or with PROT_WRITE'),
  touch: z
    .enum(['read', 'write', 'none'])
    .prefault('none')
    .describe('Load a byte of each page, store the whole page, or leave the mapping untouched'),
  early: z.boolean().prefault(false).describe('PR_MCE_KILL_EARLY: asks to be told of poison it has not consumed'),
  threads: z.int().min(0).max(64).prefault(0).describe('Further threads that sleep'),
  'leader-exits': z
    .boolean()
    .prefault(false)
    .describe(
      'At last its thread-group leader exits, and another thread goes on: the process lives, its leader is a zombie',
    ),
  'child-of': name.optional().describe('Fork from the first process of this group, whose mapping it inherits'),
});

export const scenarioSchema = z.strictObject({
  title: z.string().min(1).describe('What a kernel should do, as one sentence'),
  about: z.string().optional().describe('Whatever a reader should know'),
  covers: z.array(z.string()).prefault([]).describe('Words to choose scenarios by: pre-remove, recovery-write, ...'),
  machine: z.string().prefault('one-nvdimm').describe('A machine of qemu/'),
  needs: z
    .array(z.string())
    .prefault([])
    .describe(
      'Features of kernels/features.yaml that a kernel must have, such as [pre-remove]; other kernels skip the scenario',
    ),
  stack: z.array(z.record(z.string(), z.unknown())).min(1).describe('Layers, from the namespace up'),
  files: filesSchema.prefault({}),
  processes: z.record(name, processSchema).prefault({}).describe('Groups of test processes, by name'),
  steps: z.array(z.record(z.string(), z.unknown())).min(1).describe('What is done and what is expected, in order'),
  allow: z
    .array(
      z.strictObject({
        title: z
          .string()
          .superRefine((title, context) => {
            const problem = patternProblem(title);
            if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
          })
          .describe('The whole title of a kernel report; `*` stands for any text'),
        because: z.string().min(1).describe('Why the report is expected here'),
      }),
    )
    .prefault([])
    .describe('Kernel reports (WARNING and the like) that are expected here'),
  known: z.array(z.unknown()).prefault([]).describe('Known issues: what some kernels do instead, and why'),
});

/** Keys that any step may have beside its own. */
export const stepCommon = {
  within: durationSchema.optional().describe('Deadline under KVM; multiplied by the measured slowdown'),
  kernels: z.string().optional().describe('Only on these kernels, such as ">=6.12"'),
};

export type FileSpec = z.output<typeof fileSchema>;
export type ProcessSpec = z.output<typeof processSchema>;
export type ScenarioSpec = z.output<typeof scenarioSchema>;
