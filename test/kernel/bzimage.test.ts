// SPDX-License-Identifier: GPL-2.0-only
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { bzImageVersion, readBzImageVersion, versionOfBanner } from '../../harness/kernel/bzimage.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { bzImage } from './bzimage.ts';

const banner = '6.12.0-test+ (me@host) #1 SMP PREEMPT_DYNAMIC Mon Jan 1';

test('the version string is read where the setup header points', () => {
  expect(bzImageVersion(bzImage(banner))).toBe(banner);
  expect(bzImageVersion(Buffer.alloc(0x4000))).toBeUndefined();
  expect(bzImageVersion(Buffer.from('short'))).toBeUndefined();
});

test.each([
  ['6.12.0-test+ (a@b) #1 SMP', '6.12.0'],
  ['7.3.0-rc7-00012-gabc (a@b) #1', '7.3.0-rc7'],
  ['6.1.0-56-amd64 (d@d) #1 SMP PREEMPT_DYNAMIC Debian 6.1.192-2 (2026-11-01)', '6.1.192'],
  ['7.3-amd64 (d@d) #1 SMP PREEMPT_DYNAMIC Debian 7.3~rc7-1~exp1 (2026-11-01)', '7.3-rc7'],
])('the version of %j is %s', (text, version) => {
  expect(versionOfBanner(text)).toBe(version);
});

test('a file is read no further than the version string can be', () => {
  const file = path.join(temporaryFolder(), 'bzImage');
  writeFileSync(file, Buffer.concat([bzImage(banner), Buffer.alloc(200_000, 1)]));
  expect(readBzImageVersion(file)).toBe(banner);
  writeFileSync(file, 'text');
  expect(readBzImageVersion(file)).toBeUndefined();
});
