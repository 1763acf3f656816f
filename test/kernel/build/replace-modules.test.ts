// SPDX-License-Identifier: GPL-2.0-only
// Replaces modules of a small stock kernel with the real strip, modinfo and depmod.

import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { replaceModules } from '../../../harness/kernel/build/replace-modules.ts';
import type { Kernel } from '../../../harness/kernel/kernel.ts';
import { temporaryFolder } from '../../host/temporary.ts';

const release = '9.1.9-test';

/** An object that modinfo takes for a module of a release. */
function compileModule(file: string, vermagic: string): void {
  const source = `${file}.c`;
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(
    source,
    `const char magic[] __attribute__((section(".modinfo"), used)) = "vermagic=${vermagic} SMP mod_unload ";\nint value = 1;\n`,
  );
  execFileSync('gcc', ['-g', '-c', '-o', file, source]);
}

const dep = 'kernel/fs/xfs/xfs.ko:\nkernel/drivers/nvdimm/nd_pmem.ko:\nkernel/drivers/net/unused.ko:\n';

function stockKernel(): Kernel {
  const folder = temporaryFolder();
  const modules = path.join(folder, 'lib/modules', release);
  for (const name of ['fs/xfs/xfs.ko', 'drivers/nvdimm/nd_pmem.ko', 'drivers/net/unused.ko']) {
    compileModule(path.join(modules, 'kernel', name), release);
  }
  for (const name of ['modules.order', 'modules.builtin']) writeFileSync(path.join(modules, name), '');
  writeFileSync(path.join(modules, 'modules.dep'), dep);
  const image = path.join(folder, 'vmlinuz');
  writeFileSync(image, 'image');
  return {
    spec: '9.1',
    label: '9.1',
    version: '9.1.9',
    release,
    image,
    modules,
    vmlinux: undefined,
    id: 'stock',
    origin: 'stock',
  };
}

test('the built module takes the place of the stock one; all other files are copies, and of modules only those that guests use', async () => {
  const stock = stockKernel();
  const tree = temporaryFolder();
  compileModule(path.join(tree, 'fs/xfs/xfs.ko'), release);
  compileModule(path.join(tree, 'fs/xfs/extra.ko'), release);
  const folder = temporaryFolder();
  const before = readFileSync(path.join(stock.modules ?? '', 'kernel/fs/xfs/xfs.ko'));

  const replaced = await replaceModules(stock, ['fs/xfs/extra.ko', 'fs/xfs/xfs.ko'], tree, folder);
  expect(replaced).toEqual(['kernel/fs/xfs/xfs.ko']);
  expect(readdirSync(path.join(folder, 'lib/modules', release, 'kernel/drivers'), { recursive: true })).toEqual([
    'nvdimm',
    'nvdimm/nd_pmem.ko',
  ]);
  // A hard link would change the ctime of the stock kernel's file, so that the cache takes it for damaged.
  expect(statSync(path.join(stock.modules ?? '', 'kernel/drivers/nvdimm/nd_pmem.ko')).nlink).toBe(1);
  expect(readFileSync(path.join(folder, 'vmlinuz'), 'utf8')).toBe('image');
  // The stock kernel is as it was, and the new module has no debug information.
  expect(readFileSync(path.join(stock.modules ?? '', 'kernel/fs/xfs/xfs.ko')).equals(before)).toBe(true);
  expect(readFileSync(path.join(stock.modules ?? '', 'modules.dep'), 'utf8')).toBe(dep);
  const [stripped, built] = [
    path.join(folder, 'lib/modules', release, 'kernel/fs/xfs/xfs.ko'),
    path.join(tree, 'fs/xfs/xfs.ko'),
  ];
  expect(lstatSync(stripped).size).toBeLessThan(lstatSync(built).size);
  const own = readFileSync(path.join(folder, 'lib/modules', release, 'modules.dep'), 'utf8');
  expect(own).toContain('kernel/fs/xfs/xfs.ko:');
  expect(readdirSync(path.join(folder, 'lib/modules', release)).filter((name) => name.endsWith('.bin'))).toEqual([]);
});

test('a module of another release is refused, and so is a build without a module of the kernel', async () => {
  const stock = stockKernel();
  const tree = temporaryFolder();
  compileModule(path.join(tree, 'fs/xfs/xfs.ko'), '9.1.10-other');
  await expect(replaceModules(stock, ['fs/xfs/xfs.ko'], tree, temporaryFolder())).rejects.toThrow(
    /fs\/xfs\/xfs\.ko is of 9\.1\.10-other .*, not of 9\.1\.9-test/,
  );
  await expect(replaceModules(stock, ['fs/xfs/extra.ko'], tree, temporaryFolder())).rejects.toThrow(
    'none of fs/xfs/extra.ko is a module of 9.1.9-test',
  );
});
