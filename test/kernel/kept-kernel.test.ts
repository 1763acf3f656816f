// SPDX-License-Identifier: GPL-2.0-only
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { keptKernelSchema, readKeptKernel, writeKeptKernel } from '../../harness/kernel/kept-kernel.ts';
import { temporaryFolder } from '../host/temporary.ts';

const kept = { release: '6.12.9+deb13-amd64', version: '6.12.9', origin: 'linux-image' };

test('what is written is read again, with what a kind of kernel has in addition', () => {
  const folder = temporaryFolder();
  const schema = keptKernelSchema.extend({ objects: z.number() });
  const built = { ...kept, objects: 7 };
  writeKeptKernel(folder, built);
  expect(readKeptKernel(folder, schema)).toEqual(built);
  expect(readKeptKernel(folder, keptKernelSchema)).toEqual(kept);
});

test('a damaged meta.json is one error that names the file and the folder to remove', () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'meta.json'), '{"release": "6.12');
  expect(() => readKeptKernel(folder, keptKernelSchema)).toThrow(
    `${path.join(folder, 'meta.json')} is missing or damaged`,
  );
  expect.soft(errorOf(() => readKeptKernel(folder, keptKernelSchema))).toMatchObject({
    exitCode: 3,
    hint: expect.stringContaining(`Remove ${folder}: the kernel is fetched or built again`) as string,
  });
});

function errorOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  return undefined;
}
