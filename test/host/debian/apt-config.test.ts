// SPDX-License-Identifier: GPL-2.0-only
// The configuration of the apt root: read by the real apt, which says what it made of it.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { renderAptConfig, renderSource } from '../../../harness/host/debian/apt-config.ts';
import { runProgram } from '../../../harness/host/program.ts';
import { temporaryFolder } from '../temporary.ts';

test('every place that apt reads or writes is below the root', async () => {
  const file = path.join(temporaryFolder(), 'apt.conf');
  writeFileSync(file, renderAptConfig('/r', 'me'));
  const keys = ['Dir::State', 'Dir::State::status', 'Dir::Cache', 'Dir::Etc::sourcelist', 'Dir::Etc::sourceparts'];
  const { stdout } = await runProgram([
    'apt-config',
    '-c',
    file,
    'shell',
    ...keys.flatMap((key, index) => [`V${index}`, `${key}/f`]),
    'USER',
    'APT::Sandbox::User',
    'PKGCACHE',
    'Dir::Cache::pkgcache',
  ]);
  expect(stdout.trim().split('\n')).toEqual([
    "V0='/r/state'",
    "V1='/r/status'",
    "V2='/r/cache'",
    "V3='/r/sources/none.list'",
    "V4='/r/empty'",
    "USER='me'",
    "PKGCACHE=''",
  ]);
});

test('the source of a suite names the archive that the suite is in', () => {
  const mirror = { main: 'http://m/debian', security: 'http://s/debian-security' };
  expect(renderSource('trixie', mirror, 'signed-by=/k')).toBe(
    'deb [arch=amd64 target=Packages signed-by=/k] http://m/debian trixie main\n',
  );
  expect(renderSource('trixie-security', mirror, 'signed-by=/k')).toBe(
    'deb [arch=amd64 target=Packages signed-by=/k] http://s/debian-security trixie-security main\n',
  );
});
