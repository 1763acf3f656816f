// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { contentKey } from '../../harness/host/key.ts';
import { seal } from '../../harness/host/manifest.ts';
import { runProgram } from '../../harness/host/program.ts';
import { importedKernel, importKernels, isImported } from '../../harness/kernel/carried.ts';
import { releaseKernels } from '../../harness/kernel/kernel-cache.ts';
import { temporaryFolder } from '../host/temporary.ts';

const before = process.env.HAZMAT_CACHE;
beforeEach(() => {
  process.env.HAZMAT_CACHE = path.join(temporaryFolder(), 'cache');
});
afterEach(() => {
  releaseKernels();
  if (before === undefined) delete process.env.HAZMAT_CACHE;
  else process.env.HAZMAT_CACHE = before;
});

const id = contentKey('a kernel');
const asked = { spec: 'tree:/src/elsewhere+my.mbox', config: ['kasan'], configFromTree: false };
const facts = {
  asked,
  label: 'mine',
  version: '6.12.9',
  release: '6.12.9-hazmat',
  id,
  origin: 'a tree',
  hasVmlinux: false,
};

/** A file as another machine has exported it; `spoil` changes the kernel after it was sealed. */
async function exported(
  spoil?: (folder: string) => void,
  list: object = { version: 1, kernels: [facts] },
): Promise<string> {
  const root = temporaryFolder();
  const folder = path.join(root, id);
  mkdirSync(path.join(folder, 'lib/modules/6.12.9-hazmat'), { recursive: true });
  writeFileSync(path.join(folder, 'vmlinuz'), 'an image');
  writeFileSync(path.join(folder, 'lib/modules/6.12.9-hazmat/modules.dep'), '');
  await seal(folder);
  spoil?.(folder);
  writeFileSync(path.join(root, 'hazmat-kernels.json'), JSON.stringify(list));
  const file = path.join(root, 'kernels.tar.gz');
  await runProgram(['tar', '-czf', file, '-C', root, 'hazmat-kernels.json', id]);
  return file;
}

test('an imported kernel is found by what was asked for, and only by that', async () => {
  expect(isImported(asked.spec)).toBe(false);
  expect(await importKernels(await exported())).toEqual(['tree:/src/elsewhere+my.mbox: a tree']);
  const kernel = await importedKernel(asked.spec, { config: ['kasan'] });
  expect(kernel).toMatchObject({
    spec: asked.spec,
    release: '6.12.9-hazmat',
    id,
    origin: 'a tree; imported',
    vmlinux: undefined,
  });
  expect(readFileSync(kernel?.image ?? '', 'utf8')).toBe('an image');
  expect(await importedKernel(asked.spec, {})).toBeUndefined();
  expect(await importedKernel('6.12', { config: ['kasan'] })).toBeUndefined();
  expect([isImported(asked.spec), isImported('6.12')]).toEqual([true, false]);
});

test('a kernel that was damaged on its way is refused', async () => {
  const file = await exported((folder) => writeFileSync(path.join(folder, 'vmlinuz'), 'an imagE'));
  await expect(importKernels(file)).rejects.toMatchObject({
    exitCode: 3,
    message: expect.stringContaining('vmlinuz is damaged') as string,
  });
  expect(isImported(asked.spec)).toBe(false);
});

test('a file that hazmat has not exported is refused', async () => {
  await expect(importKernels(await exported(undefined, { version: 2 }))).rejects.toMatchObject({ exitCode: 2 });
  const other = path.join(temporaryFolder(), 'x.tar');
  writeFileSync(other, 'not a tar');
  await expect(importKernels(other)).rejects.toMatchObject({ exitCode: 3 });
});
