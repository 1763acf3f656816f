// SPDX-License-Identifier: GPL-2.0-only
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { resolveKernel } from '../../harness/kernel/resolve.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { bzImage } from './bzimage.ts';

test('an image is resolved as it is', async () => {
  const image = path.join(temporaryFolder(), 'bzImage');
  writeFileSync(image, bzImage('6.12.0-test (a@b) #1 SMP'));
  expect(await resolveKernel(`image:${image}`)).toMatchObject({ release: '6.12.0-test', image });
});

test('a spec that names nothing is an error with the forms', async () => {
  await expect(resolveKernel('sixtwelve')).rejects.toThrow("'sixtwelve' is not a kernel");
});
