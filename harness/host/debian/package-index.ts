// SPDX-License-Identifier: GPL-2.0-only
// Reading Debian's Packages indexes. Pure.

import { z } from 'zod';

export const debianPackageSchema = z.object({
  name: z.string(),
  /** As Debian writes it, with the epoch. */
  version: z.string(),
  architecture: z.string(),
  /** Bytes of the .deb. */
  size: z.number(),
  /** Of the .deb, in hex. */
  sha256: z.string(),
  /** Depends and Pre-Depends, as written. */
  depends: z.string(),
  suite: z.string(),
});

export type DebianPackage = z.output<typeof debianPackageSchema>;

/** The packages of an index whose name matches. Stanzas without a size or hash are skipped: apt could not verify them. */
export function parsePackages(text: string, suite: string, name: RegExp): DebianPackage[] {
  const found: DebianPackage[] = [];
  for (let start = 0; start < text.length;) {
    const end = text.indexOf('\n\n', start);
    const stop = end === -1 ? text.length : end;
    // A stanza begins with the name. The rest is parsed only when that matches: an index has 60 000 stanzas.
    const head = /^\n*Package: (\S+)/.exec(text.slice(start, start + 200));
    if (head?.[1] !== undefined && name.test(head[1])) {
      const record = packageOf(text.slice(start, stop), suite);
      if (record !== undefined) found.push(record);
    }
    start = stop + 2;
  }
  return found;
}

function packageOf(stanza: string, suite: string): DebianPackage | undefined {
  const fields = new Map(
    stanza
      .replace(/\n[ \t]/g, ' ')
      .split('\n')
      .map((line): [string, string] => {
        const colon = line.indexOf(':');
        return [line.slice(0, colon), line.slice(colon + 1).trim()];
      }),
  );
  const [name, version, size, sha256] = ['Package', 'Version', 'Size', 'SHA256'].map((key) => fields.get(key));
  if (!name || !version || !size || !sha256) return undefined;
  return {
    name,
    version,
    architecture: fields.get('Architecture') ?? 'amd64',
    size: Number(size),
    sha256,
    depends: [fields.get('Pre-Depends'), fields.get('Depends')].filter(Boolean).join(', '),
    suite,
  };
}

/** Names of the packages in a Depends field; of alternatives, the first. */
export function dependencyNames(depends: string): string[] {
  return depends
    .split(',')
    .map((clause) => /^\s*([a-z0-9][a-z0-9+.-]*)/.exec(clause)?.[1])
    .filter((name) => name !== undefined);
}

/** The file name that `apt-get download` gives a package. */
export function debFileName(pkg: Pick<DebianPackage, 'name' | 'version' | 'architecture'>): string {
  return `${pkg.name}_${pkg.version.replaceAll(':', '%3a')}_${pkg.architecture}.deb`;
}
