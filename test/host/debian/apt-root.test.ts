// SPDX-License-Identifier: GPL-2.0-only
// The apt root, with the real apt.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { AptRoot, archiveKeyring } from '../../../harness/host/debian/apt-root.ts';
import { temporaryFolder } from '../temporary.ts';

const mirror = { main: 'http://m.example/debian', security: 'http://s.example/debian-security' };

test('apt sees the sources of the suites that are named, and no others', async () => {
  const root = new AptRoot({ root: temporaryFolder(), mirror, sourceOptions: 'trusted=yes' });
  for (const suite of ['trixie', 'trixie-security', 'bookworm']) await root.writeSource(suite);
  const wanted = async (suites: string[]): Promise<string[]> => {
    const { stdout } = await root.run(['apt-get', 'update', '--print-uris'], suites);
    return [...stdout.matchAll(/^'([^']+)\/InRelease'/gm)].map(([, address = '']) => address).sort();
  };
  expect(await wanted(['trixie'])).toEqual(['http://m.example/debian/dists/trixie']);
  expect(await wanted(['trixie', 'trixie-security'])).toEqual([
    'http://m.example/debian/dists/trixie',
    'http://s.example/debian-security/dists/trixie-security',
  ]);
});

test('nothing counts as installed, and the lists are empty', async () => {
  const folder = temporaryFolder();
  const root = new AptRoot({ root: folder, mirror, sourceOptions: 'trusted=yes' });
  await root.writeSource('trixie');
  expect((await root.run(['apt-cache', 'pkgnames'], ['trixie'])).stdout).toBe('');
  expect(readFileSync(path.join(folder, 'status'), 'utf8')).toBe('');
});

test('the root is made once, when it is first used', async () => {
  const folder = path.join(temporaryFolder(), 'apt');
  const root = new AptRoot({ root: folder, mirror, sourceOptions: 'trusted=yes' });
  expect(existsSync(folder)).toBe(false);
  expect(await root.prepare()).toBe(mirror);
  expect(existsSync(path.join(folder, 'apt.conf'))).toBe(true);
});

test('an expired index is accepted only where that is asked for', async () => {
  const lines: string[] = [];
  for (const expired of [false, true]) {
    const root = new AptRoot({ root: temporaryFolder(), mirror, sourceOptions: 'trusted=yes', expired });
    lines.push(await root.writeSource('trixie'));
  }
  expect(lines.map((line) => line.includes('check-valid-until=no'))).toEqual([false, true]);
});

test('the archive is verified with the keys of the host, or with those that hazmat brings', () => {
  const ofHost = path.join(temporaryFolder(), 'keyring.gpg');
  const own = archiveKeyring(ofHost);
  expect(readFileSync(own, 'utf8')).toMatch(
    /^-----BEGIN PGP PUBLIC KEY BLOCK-----\n[^-]+-----END PGP PUBLIC KEY BLOCK-----\n$/,
  );
  writeFileSync(ofHost, '');
  expect(archiveKeyring(ofHost)).toBe(ofHost);
});
