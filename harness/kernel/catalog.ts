// SPDX-License-Identifier: GPL-2.0-only
// kernels/catalog.yaml: which stock lines there are and where to look for them.

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

export type Catalog = z.infer<typeof schema>;

/** @throws UsageError with file, line and column of what is wrong. */
export function parseCatalog(text: string, name: string): Catalog {
  return checkYaml(parseYaml(text, name), schema);
}

/** The project's own catalog. */
export function loadCatalog(): Catalog {
  const file = path.join(projectRoot, 'kernels/catalog.yaml');
  return checkYaml(readYaml(file, path.relative(process.cwd(), file)), schema);
}

/** The lines in rising order. */
export function catalogLines(catalog: Catalog): string[] {
  const part = (line: string): number[] => line.split('.').map(Number);
  return Object.keys(catalog.lines).sort((a, b) => {
    const [[aMajor = 0, aMinor = 0], [bMajor = 0, bMinor = 0]] = [part(a), part(b)];
    return aMajor - bMajor || aMinor - bMinor;
  });
}
