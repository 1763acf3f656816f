// SPDX-License-Identifier: GPL-2.0-only
// kernels/bugs.yaml: the kernel bugs that known issues name, each with its reason.

import path from 'node:path';
import { z } from 'zod';
import { projectRoot } from '../host/places.ts';
import { checkYaml } from '../host/yaml/check.ts';
import { parseYaml, readYaml, type YamlFile } from '../host/yaml/yaml.ts';

const version = z.string().regex(/^\d+\.\d+(\.\d+|-rc\d+)$/, 'a version such as 6.12.117 or 7.3-rc7');
const place = z.string().regex(/^[\w./-]+\.[ch]:\w+$/, 'a place such as mm/memory-failure.c:collect_procs_fsdax');

const bugSchema = z
  .strictObject({
    title: z.string().min(1).describe('What goes wrong, as one sentence without a full stop'),
    because: z
      .string()
      .min(1)
      .describe('Why these kernels deviate, in one or two sentences; the reason of known issues'),
    cause: z.array(place).min(1).describe('FILE:FUNCTION where it goes wrong'),
    seen: z.array(version).min(1).describe('Kernels on which it was seen, oldest first'),
    since: z.string().min(1).optional().describe('First release that has it, if known'),
    until: z.string().min(1).optional().describe('Which releases no longer have it, if known'),
    series: z
      .string()
      .regex(/^[a-z][a-z0-9-]*$/, 'a folder of kernels/series/')
      .optional()
      .describe('The series of kernels/series/ that fixes it'),
    'series-base': z
      .literal('source')
      .optional()
      .describe('The series changes code that is built in, so the whole kernel must be built, not only modules'),
    'series-seen': z.array(version).min(1).optional().describe('Kernels on which the series fixes it, as seen'),
    'not-shown': z.string().min(1).optional().describe('Why no scenario shows it'),
    notes: z.string().min(1).optional().describe('What else a maintainer should know'),
  })
  .refine((bug) => (bug.series === undefined) === (bug['series-seen'] === undefined), {
    path: ['series-seen'],
    error: 'goes with `series`: the kernels on which the series fixes the bug',
  });

export type Bug = z.output<typeof bugSchema>;

/** Bugs by name, in the order of the file. */
export type Bugs = ReadonlyMap<string, Bug>;

function checkBugs(yaml: YamlFile): Bugs {
  const schema = z.record(z.string().regex(/^KB[1-9]\d*$/, 'a name such as KB4'), bugSchema);
  return new Map(Object.entries(checkYaml(yaml, schema)));
}

/** Checks the text of a bugs file. @throws UsageError with file, line and column. @internal for tests */
export function parseBugs(text: string, name: string): Bugs {
  return checkBugs(parseYaml(text, name));
}

let loaded: Bugs | undefined;

/** The bugs of kernels/bugs.yaml, read once. @throws UsageError when the file is wrong. */
export function loadBugs(): Bugs {
  const file = path.join(projectRoot, 'kernels/bugs.yaml');
  loaded ??= checkBugs(readYaml(file, path.relative(process.cwd(), file)));
  return loaded;
}
