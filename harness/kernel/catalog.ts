// SPDX-License-Identifier: GPL-2.0-only
// Reads kernels/catalog.yaml: the lines of stock kernels and the Debian suites to look for them in.

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

/** Parses a catalog. `name`: its file, for errors. @throws UsageError with file, line and column of what is wrong. @internal for tests */
export function parseCatalog(text: string, name: string): Catalog {
  return checkYaml(parseYaml(text, name), schema);
}

/** The project's own catalog. @throws UsageError with file, line and column of what is wrong. */
export function loadCatalog(): Catalog {
  const file = path.join(projectRoot, 'kernels/catalog.yaml');
  return checkYaml(readYaml(file, path.relative(process.cwd(), file)), schema);
}

/** The lines (`6.12`) in ascending order. */
export function catalogLines(catalog: Catalog): string[] {
  const part = (line: string): number[] => line.split('.').map(Number);
  return Object.keys(catalog.lines).sort((a, b) => {
    const [[aMajor = 0, aMinor = 0], [bMajor = 0, bMinor = 0]] = [part(a), part(b)];
    return aMajor - bMajor || aMinor - bMinor;
  });
}
