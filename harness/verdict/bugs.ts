// SPDX-License-Identifier: GPL-2.0-only
// kernels/bugs.yaml: what is known of a kernel bug beyond the entries of the scenarios that show it.

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
    cause: z.array(place).min(1).describe('FILE:FUNCTION where it goes wrong'),
    seen: z.array(version).min(1).describe('Kernels on which it was seen, in rising order'),
    since: z.string().min(1).optional().describe('First release that has it, where that is known'),
    until: z.string().min(1).optional().describe('Which releases have it no more, where that is known'),
    series: z
      .string()
      .regex(/^[a-z][a-z0-9-]*$/, 'a folder of kernels/series/')
      .optional()
      .describe('The series of kernels/series/ that fixes it'),
    'series-base': z
      .literal('source')
      .optional()
      .describe(
        'It touches what is built in, so the whole kernel must be built; if not said, modules of a stock kernel',
      ),
    'series-seen': z.array(version).min(1).optional().describe('Kernels on which the series was seen to fix it'),
    shown: z.literal(false).optional().describe('No scenario shows it'),
    because: z.string().min(1).optional().describe('Why no scenario shows it'),
    notes: z.string().min(1).optional().describe('What a maintainer should know beside it'),
  })
  .refine((bug) => (bug.shown === false) === (bug.because !== undefined), {
    path: ['because'],
    error: 'a bug that no scenario shows has `shown: false` and `because`, any other has neither',
  })
  .refine((bug) => (bug.series === undefined) === (bug['series-seen'] === undefined), {
    path: ['series-seen'],
    error: 'goes with `series`: the kernels on which it was seen to fix the bug',
  });

export type Bug = z.output<typeof bugSchema>;

/** Checks the file and gives its bugs by name, in its order. @throws UsageError with file, line and column. */
function checkBugs(yaml: YamlFile): Map<string, Bug> {
  const schema = z.record(z.string().regex(/^KB[1-9]\d*$/, 'a name such as KB4'), bugSchema);
  return new Map(Object.entries(checkYaml(yaml, schema)));
}

/** The same for text; for tests. */
export function parseBugs(text: string, name: string): Map<string, Bug> {
  return checkBugs(parseYaml(text, name));
}

/** The bugs of kernels/bugs.yaml by name. @throws UsageError when the file is wrong. */
export function loadBugs(): Map<string, Bug> {
  const file = path.join(projectRoot, 'kernels/bugs.yaml');
  return checkBugs(readYaml(file, path.relative(process.cwd(), file)));
}
