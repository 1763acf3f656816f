// SPDX-License-Identifier: GPL-2.0-only
// The version of hazmat, from package.json.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { projectRoot } from './places.ts';

const packageSchema = z.object({ version: z.string() });

/** `0.1.0` */
export function projectVersion(): string {
  return packageSchema.parse(JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8'))).version;
}
