// SPDX-License-Identifier: GPL-2.0-only
// Reads what apt-get prints. Pure.

import { InfraError } from '../errors.ts';
import type { DebianPackage } from './package-index.ts';

/**
 * Reads what `apt-get install --print-uris` prints: `'URI' FILE SIZE SHA256:HASH`, one package a line.
 * @param suite what becomes the packages' suite
 * @throws InfraError for a line of another form, such as one with a weaker hash.
 */
export function parsePrintedUris(text: string, suite: string): DebianPackage[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith("'"))
    .map((line) => {
      const match = /^'[^']+' (\S+?)_(\S+)_(\S+)\.deb (\d+) SHA256:([0-9a-f]{64})/.exec(line);
      const [, name = '', version = '', architecture = '', size = '', sha256 = ''] = match ?? [];
      if (match === null) throw new InfraError(`apt-get printed a line that is not understood: ${line}`);
      const plain = decodeURIComponent(version);
      return { name, version: plain, architecture, size: Number(size), sha256, depends: '', suite };
    });
}

/** The line in the stderr of `apt-get update` that says why a suite failed. */
export function updateFault(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => /^[EW]: /.test(line));
  const cause = lines.find((line) => /does not have a Release file/.test(line)) ?? lines[0] ?? stderr.trim();
  return cause
    .replace(/^[EW]: /, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** True for a fault which says that the mirror does not carry the suite. */
export function isGone(fault: string): boolean {
  return /does not have a Release file|\b404\b/.test(fault);
}
