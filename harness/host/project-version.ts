// SPDX-License-Identifier: GPL-2.0-only
// The version of the harness, as package.json has it.

import path from 'node:path';
import { z } from 'zod';
import { readJsonFile } from './json-file.ts';
import { projectRoot } from './places.ts';

/** @throws InfraError when package.json is missing or damaged. */
export function projectVersion(): string {
  const file = path.join(projectRoot, 'package.json');
  return readJsonFile(file, z.object({ version: z.string() }), 'It is part of the checkout: git checkout package.json')
    .version;
}
