// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { newestVersion } from '../../../harness/host/debian/debian-version.ts';
import { debFileName, dependencyNames, parsePackages } from '../../../harness/host/debian/package-index.ts';

const hash = 'a'.repeat(64);
const index = `Package: linux-image-1
Version: 1:2.0-1
Architecture: amd64
Depends: kmod, linux-base (>= 4.3~) | other,
 initramfs-tools
Pre-Depends: dpkg
Size: 42
SHA256: ${hash}

Package: other
Version: 1
Size: 1
SHA256: ${hash}

Package: linux-image-2
Version: 3
Size: 7
`;

test('stanzas are found by name, folded fields are joined, those without a hash are passed over', () => {
  expect(parsePackages(index, 'trixie', /^linux-image/)).toEqual([
    {
      name: 'linux-image-1',
      version: '1:2.0-1',
      architecture: 'amd64',
      size: 42,
      sha256: hash,
      depends: 'dpkg, kmod, linux-base (>= 4.3~) | other, initramfs-tools',
      suite: 'trixie',
    },
  ]);
  expect(parsePackages(index, 'trixie', /./).map(({ name }) => name)).toEqual(['linux-image-1', 'other']);
  expect(parsePackages('', 'trixie', /./)).toEqual([]);
});

test('of alternatives the first is named', () => {
  expect(dependencyNames('dpkg, linux-base (>= 4.3~) | other, libc6:amd64')).toEqual(['dpkg', 'linux-base', 'libc6']);
});

test('an epoch is written as apt writes it', () => {
  expect(debFileName({ name: 'zlib1g', version: '1:1.3-1', architecture: 'amd64' })).toBe('zlib1g_1%3a1.3-1_amd64.deb');
});

test("the newest is decided by Debian's order, and of equals the first is taken", async () => {
  const versions = ['7.3~rc7-1~exp1', '7.3-1', '7.3.4-1~bpo13+1', '7.3.4-1~bpo13+1', '7.3.10~rc1-1'];
  expect(await newestVersion(versions.map((version, at) => ({ version, at })))).toEqual({
    version: '7.3.10~rc1-1',
    at: 4,
  });
  expect(await newestVersion(versions.slice(0, 4).map((version, at) => ({ version, at })))).toMatchObject({ at: 2 });
  const none: { version: string }[] = [];
  expect(await newestVersion(none)).toBeUndefined();
});
