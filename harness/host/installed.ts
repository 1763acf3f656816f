// SPDX-License-Identifier: GPL-2.0-only
// Which commit an installed package was made from.

import path from 'node:path';
import { z } from 'zod';
import { readJsonFile } from './json-file.ts';
import { isCheckout, projectRoot } from './places.ts';

const schema = z.object({ commit: z.string() });

/** The commit that the installed package was made from, as git describes it. Undefined in a checkout. @throws InfraError when the package is damaged. */
export function packagedCommit(): string | undefined {
  if (isCheckout) return undefined;
  const file = path.join(projectRoot, 'dist/made-from.json');
  return readJsonFile(file, schema, 'It is part of the package: install hazmat again').commit;
}
