// SPDX-License-Identifier: GPL-2.0-only
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { findMirror, pickMirror, printedSites } from '../../../harness/host/debian/apt-mirror.ts';
import { temporaryFolder } from '../temporary.ts';

afterEach(() => vi.unstubAllEnvs());

test('the main and the security archive are told apart by how their addresses end', () => {
  expect(
    pickMirror([
      'http://m.example/debian',
      'http://m.example/debian',
      'http://s.example/debian-security/',
      'https://x/node',
    ]),
  ).toEqual({ main: 'http://m.example/debian', security: 'http://s.example/debian-security' });
});

test('the security archive is derived when the machine names none', () => {
  expect(pickMirror(['http://m.example/debian/'])).toEqual({
    main: 'http://m.example/debian',
    security: 'http://m.example/debian-security',
  });
});

test('mirror lists of cloud images are understood', () => {
  expect(
    pickMirror(['mirror+file:/etc/apt/mirrors/debian.list', 'mirror+file:/etc/apt/mirrors/debian-security.list']),
  ).toEqual({
    main: 'mirror+file:/etc/apt/mirrors/debian.list',
    security: 'mirror+file:/etc/apt/mirrors/debian-security.list',
  });
});

test('the archives are read from what apt would fetch', () => {
  const printed = [
    "'http://m.example/debian/dists/trixie/InRelease' m.example_debian_dists_trixie_InRelease 0 ",
    "'http://m.example/debian/dists/trixie/main/binary-amd64/Packages.xz' m.example_Packages 0 ",
    "'mirror+file:/etc/apt/mirrors/debian-security.list/dists/trixie-security/InRelease' list_InRelease 0 ",
  ];
  expect(printedSites(printed.join('\n'))).toEqual([
    'http://m.example/debian',
    'mirror+file:/etc/apt/mirrors/debian-security.list',
  ]);
  expect(printedSites('')).toEqual([]);
});

test('the mirror of a machine whose apt has fetched nothing yet', async () => {
  const folder = temporaryFolder();
  const lines = [
    "'http://m.example/debian/dists/trixie/InRelease' file 0",
    "'http://x.example/dists/a/InRelease' file 0",
  ];
  const script = `#!/bin/sh\n[ "$1 $2" = "update --print-uris" ] && cat <<'END'\n${lines.join('\n')}\nEND\n`;
  writeFileSync(path.join(folder, 'apt-get'), script, { mode: 0o755 });
  vi.stubEnv('HAZMAT_MIRROR', '');
  vi.stubEnv('HAZMAT_MIRROR_SECURITY', '');
  vi.stubEnv('PATH', `${folder}:${process.env.PATH ?? ''}`);
  expect(await findMirror()).toEqual({
    main: 'http://m.example/debian',
    security: 'http://m.example/debian-security',
  });
});

test('no Debian archive among the sites', () => {
  expect(pickMirror(['http://archive.example/ubuntu'])).toBeUndefined();
});

test('the environment comes first', async () => {
  vi.stubEnv('HAZMAT_MIRROR', 'http://own.example/debian/');
  expect(await findMirror()).toEqual({
    main: 'http://own.example/debian',
    security: 'http://own.example/debian-security',
  });
  vi.stubEnv('HAZMAT_MIRROR_SECURITY', 'http://own.example/sec');
  expect((await findMirror()).security).toBe('http://own.example/sec');
});

test('a machine whose apt has no Debian mirror needs to be given one, and the error says how', async () => {
  const folder = temporaryFolder();
  writeFileSync(
    path.join(folder, 'apt-get'),
    `#!/bin/sh\necho "'http://archive.example/ubuntu/dists/noble/InRelease' file 0"\n`,
    { mode: 0o755 },
  );
  vi.stubEnv('HAZMAT_MIRROR', '');
  vi.stubEnv('HAZMAT_MIRROR_SECURITY', '');
  vi.stubEnv('PATH', `${folder}:${process.env.PATH ?? ''}`);
  await expect(findMirror()).rejects.toMatchObject({
    message: "this machine's apt configuration names no Debian mirror",
    hint: expect.stringContaining('HAZMAT_MIRROR') as string,
  });
});
