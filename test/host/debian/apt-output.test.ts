// SPDX-License-Identifier: GPL-2.0-only
// Reading what apt-get prints.
import { expect, test } from 'vitest';
import { isGone, parsePrintedUris, updateFault } from '../../../harness/host/debian/apt-output.ts';

test('the packages of --print-uris are read; an epoch is percent-encoded in the file name', () => {
  const hash = 'b'.repeat(64);
  const text = `'http://m/pool/zlib1g_1.3%2breally1.3.1-1_amd64.deb' zlib1g_1%3a1.3+really1.3.1-1_amd64.deb 88720 SHA256:${hash}\n`;
  expect(parsePrintedUris(text, 'trixie')).toEqual([
    {
      name: 'zlib1g',
      version: '1:1.3+really1.3.1-1',
      architecture: 'amd64',
      size: 88720,
      sha256: hash,
      depends: '',
      suite: 'trixie',
    },
  ]);
  expect(parsePrintedUris('Reading package lists...\n', 'trixie')).toEqual([]);
});

test('a weaker hash than SHA-256 is refused', () => {
  expect(() => parsePrintedUris("'http://m/x.deb' x 1 MD5Sum:00", 'trixie')).toThrow(/not understood/);
});

test.each([
  [
    "W: something\nE: The repository 'http://m/debian gone Release' does not have a Release file.\n",
    "The repository 'http://m/debian gone Release' does not have a Release file.",
    true,
  ],
  [
    'W: Failed to fetch http://m/x  Could not connect\nW: Some index files failed',
    'Failed to fetch http://m/x Could not connect',
    false,
  ],
  [
    'E: Failed to fetch http://m/dists/x/InRelease  404  Not Found',
    'Failed to fetch http://m/dists/x/InRelease 404 Not Found',
    true,
  ],
  ['something else\n', 'something else', false],
])('the cause of a failed update: %j', (stderr, fault, gone) => {
  expect(updateFault(stderr)).toBe(fault);
  expect(isGone(fault)).toBe(gone);
});
