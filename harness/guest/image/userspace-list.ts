// SPDX-License-Identifier: GPL-2.0-only
// Loads userspace.yaml, the list of what the guest's userspace is made of.

import path from 'node:path';
import { z } from 'zod';
import { debianSuites } from '../../host/debian/debian-suites.ts';
import { projectRoot } from '../../host/places.ts';
import { checkYaml } from '../../host/yaml/check.ts';
import { readYaml } from '../../host/yaml/yaml.ts';

const name = z.string().min(1);
const file = z
  .string()
  .regex(
    /^[^/*][^*]*(\/\*)?$/,
    'must be a path without a leading slash; `/*` at its end stands for all files of a folder',
  );

const schema = z.strictObject({
  suites: z.array(z.enum(debianSuites)).min(1),
  packages: z.record(name, z.strictObject({ programs: z.array(name).default([]), files: z.array(file).default([]) })),
  links: z.record(file, name),
  folders: z.array(file),
  texts: z.record(file, z.string()),
  without: z.array(name),
});

export type UserspaceList = z.output<typeof schema>;

/** Loads the list. @throws UsageError with file, line and column of what is wrong. */
export function loadUserspaceList(
  yamlFile = path.join(projectRoot, 'harness/guest/image/userspace.yaml'),
): UserspaceList {
  return checkYaml(readYaml(yamlFile, path.relative(process.cwd(), yamlFile)), schema);
}
