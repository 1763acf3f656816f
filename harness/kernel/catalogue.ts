// SPDX-License-Identifier: GPL-2.0-only
// kernels/catalogue.yaml: which stock lines there are and where to look for them.

import path from 'node:path';
import { z } from 'zod';
import { debianSuites } from '../host/debian/debian-suites.ts';
import { projectRoot } from '../host/places.ts';
import { checkYaml } from '../host/yaml/check.ts';
import { parseYaml, readYaml } from '../host/yaml/yaml.ts';

const schema = z.strictObject({
  lines: z.record(z.string().regex(/^\d+\.\d+$/), z.array(z.enum(debianSuites)).min(1)),
  without: z.array(z.string().regex(/^kernel\/[\w/.-]+$/)),
});

export type Catalogue = z.infer<typeof schema>;

/** @throws UsageError with file, line and column of what is wrong. */
export function parseCatalogue(text: string, name: string): Catalogue {
  return checkYaml(parseYaml(text, name), schema);
}

/** The project's own catalogue. */
export function loadCatalogue(): Catalogue {
  const file = path.join(projectRoot, 'kernels/catalogue.yaml');
  return checkYaml(readYaml(file, path.relative(process.cwd(), file)), schema);
}

/** The lines in rising order. */
export function catalogueLines(catalogue: Catalogue): string[] {
  const part = (line: string): number[] => line.split('.').map(Number);
  return Object.keys(catalogue.lines).sort((a, b) => {
    const [[aMajor = 0, aMinor = 0], [bMajor = 0, bMinor = 0]] = [part(a), part(b)];
    return aMajor - bMajor || aMinor - bMinor;
  });
}
