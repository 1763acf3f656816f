// SPDX-License-Identifier: GPL-2.0-only
// The top level of a scenario file. Steps and layers bring their own schemas; load.ts puts them together.

import { z } from 'zod';
import { patternProblem } from '../verdict/allow.ts';
import { durationSchema } from './duration.ts';

/** Pages of 4 KiB in 1 GiB, the size of an NVDIMM. */
const mostPages = 262_144;

/** Pages that are touched over and over: a round must not take long. */
const mostAgain = 512;

const name = z.string().regex(/^[a-z][a-z0-9-]*$/, 'a name of lowercase letters, digits and dashes');
const guestPath = z.string().regex(/^\/\w[\w./-]*$/, 'an absolute path in the guest');

const fileSchema = z
  .strictObject({
    pages: z.int().min(1).max(mostPages).optional().describe('Length in pages of 4 KiB'),
    clone: guestPath
      .optional()
      .describe('Instead of `pages`: an earlier file whose blocks this one shares (cp --reflink)'),
    source: z
      .string()
      .regex(/^(?!.*\.\.)\w[\w./-]*$/, 'a path below the directory of the scenario')
      .optional()
      .describe(
        'Instead of `pages`: a file in the directory of the scenario, which is copied and can be executed; of a C program (.c) the static program. It may be anywhere in the guest, and its content is not checked',
      ),
    interleave: guestPath
      .optional()
      .describe(
        'An earlier file of the same length: the two are written page by page in turn, so that their blocks alternate',
      ),
    content: z
      .enum(['pattern', 'zeros', 'hole', 'preallocated'])
      .prefault('pattern')
      .describe(
        'pattern: another one in each page; zeros: written zeros; hole: no blocks at all; preallocated: blocks that were not written (fallocate). All but the first read as zeros',
      ),
    holes: z
      .array(z.int().min(0))
      .prefault([])
      .describe('Pages that are not written: they have no blocks and read as zeros'),
    dax: z.boolean().prefault(false).describe('Set the DAX attribute, for a filesystem mounted with dax=inode'),
  })
  .refine((file) => [file.pages, file.clone, file.source].filter((one) => one !== undefined).length === 1, {
    error: 'needs one of `pages`, `clone` and `source`',
  })
  .refine(
    (file) =>
      file.clone === undefined ||
      (file.interleave === undefined && !file.dax && file.content === 'pattern' && file.holes.length === 0),
    {
      error:
        'a clone has the blocks and the attributes of its original: neither `interleave` nor `dax`, `content` or `holes` applies',
    },
  )
  .refine(
    (file) =>
      file.source === undefined ||
      (file.interleave === undefined && file.content === 'pattern' && file.holes.length === 0),
    { error: 'a file with `source` has its content: neither `interleave` nor `content` or `holes` applies' },
  )
  .refine((file) => file.holes.every((page) => page < (file.pages ?? Infinity)), {
    error: '`holes` has a page that is not in the file',
  })
  .refine((file) => file.holes.length === 0 || file.content === 'pattern' || file.content === 'zeros', {
    error: '`holes` are between pages that are written: with `content: pattern` or `zeros`',
  })
  .refine((file) => file.interleave === undefined || (file.content === 'pattern' && file.holes.length === 0), {
    error: 'an interleaved file is written with a pattern: neither `content` nor `holes` applies',
  });

export const filesSchema = z
  .record(guestPath, fileSchema)
  .describe(
    'Files that are written before the processes start: each page gets a pattern, then the file is synced; directories are made as needed. One that a step `create` names is written by that step',
  );

export const processSchema = z
  .strictObject({
    count: z.int().min(1).max(64).prefault(1).describe('Number of processes in the group'),
    file: guestPath
      .optional()
      .describe('File that each of them maps; written with the pattern if `files` does not list it'),
    page: z.int().min(0).prefault(0).describe('First mapped page of the file'),
    pages: z.int().min(1).max(mostPages).prefault(1).describe('Length of the mapping in pages'),
    mode: z.enum(['shared', 'private']).prefault('shared').describe('MAP_SHARED or MAP_PRIVATE'),
    sync: z.boolean().prefault(false).describe('MAP_SYNC'),
    protection: z.enum(['read', 'write']).prefault('write').describe('PROT_READ alone, or with PROT_WRITE'),
    touch: z
      .enum(['read', 'write', 'none'])
      .prefault('none')
      .describe('Load one byte of each page, store to the whole page, or do neither'),
    'early-kill': z
      .boolean()
      .prefault(false)
      .describe('PR_MCE_KILL_EARLY: the process is signaled for poison that it has not consumed'),
    again: z
      .boolean()
      .prefault(false)
      .describe(
        'After the first `touch` a thread of each process touches all its pages, at most 512, over and over, also after signals',
      ),
    'core-dump': z
      .boolean()
      .prefault(false)
      .describe('The kernel may write a core of it, with all its mappings (RLIMIT_CORE, /proc/PID/coredump_filter)'),
    threads: z.int().min(0).max(64).prefault(0).describe('Number of additional threads, which sleep'),
    'exited-leader': z
      .boolean()
      .prefault(false)
      .describe('The thread-group leader exits after the setup; another thread goes on, the leader stays a zombie'),
    parent: name.optional().describe('Group whose first process forks this one; the mapping is inherited'),
  })
  .refine(({ again, touch }) => !again || touch !== 'none', {
    error: '`again` goes on with `touch: read` or `touch: write`',
  })
  .refine(({ again, pages }) => !again || pages <= mostAgain, {
    error: `with \`again\` a mapping has at most ${mostAgain} pages`,
  });

/** A step without arguments is a plain string. */
export const stepsSchema = z
  .array(z.union([z.string(), z.record(z.string(), z.unknown())]))
  .min(1)
  .describe('Actions and expectations, in order');

export const scenarioSchema = z.strictObject({
  title: z.string().min(1).describe('What a kernel should do, as one sentence'),
  description: z.string().optional().describe('Background for readers: what the kernel does and where'),
  tags: z
    .array(z.string())
    .prefault([])
    .describe('Words to select scenarios by, such as pre-remove (scenarios/tags.yaml)'),
  machine: z.string().prefault('one-nvdimm').describe('Name of a machine in qemu/'),
  needs: z
    .array(z.string())
    .prefault([])
    .describe(
      'Features of kernels/features.yaml that a kernel must have, such as [pre-remove]; other kernels skip the scenario',
    ),
  stack: z.array(z.record(z.string(), z.unknown())).min(1).describe('Storage layers, from the namespace up'),
  files: filesSchema.prefault({}),
  processes: z.record(name, processSchema).prefault({}).describe('Groups of test processes, by name'),
  steps: stepsSchema.optional(),
  suite: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('Instead of `steps`: tests of a suite that others wrote, each a scenario of its own (below)'),
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
  panics: z
    .string()
    .superRefine((title, context) => {
      const problem = patternProblem(title);
      if (problem !== undefined) context.addIssue({ code: 'custom', message: problem });
    })
    .optional()
    .describe(
      'The kernel is right to panic: the whole title of its report, `*` stands for any text. The scenario ends there, after the last expectation',
    ),
  known: z.array(z.unknown()).prefault([]).describe('Known issues: what some kernels do instead, and why'),
});

/** Keys that any step may have besides its own. */
export const stepCommon = {
  deadline: durationSchema
    .optional()
    .describe('Time limit under KVM; multiplied by the measured slowdown of the guest'),
  takes: durationSchema
    .optional()
    .describe(
      'The step fails when it takes longer, multiplied like `deadline`. Time in which the host had no CPU for the guest does not count. What it took is a note of the step',
    ),
  background: name
    .optional()
    .describe('The step runs while those after it do, under this name, until a step `join: NAME` waits for its end'),
  delay: z
    .union([durationSchema, z.array(durationSchema).min(1)])
    .optional()
    .describe(
      'Wait so long before the step, multiplied like `deadline`; of a list the first repetition of a run (--repeat) takes the first, and so on',
    ),
  kernels: z.string().optional().describe('Range of kernels that run this step, such as ">=6.12"; others leave it out'),
};

export type FileSpec = z.output<typeof fileSchema>;
export type ProcessSpec = z.output<typeof processSchema>;
export type ScenarioSpec = z.output<typeof scenarioSchema>;
