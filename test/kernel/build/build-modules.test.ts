// SPDX-License-Identifier: GPL-2.0-only
// Builds "modules" of a small source with the real make; its Makefile has the goals and variables of kbuild.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { buildFolders, prepareTree } from '../../../harness/kernel/build/build-modules.ts';
import { parseConfig } from '../../../harness/kernel/dot-config.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { repoOf, writeTree } from '../source.ts';
import { withSource } from './small-build.ts';

beforeEach(() => vi.stubEnv('HAZMAT_CACHE', temporaryFolder()));
afterEach(() => vi.unstubAllEnvs());

const release = '9.1.0-9-amd64';
const makefile = [
  '-include .kernelvariables',
  'olddefconfig:',
  '\t@echo run >> configured',
  "\t@sed -i '/LOST/d' .config",
  'modules_prepare:',
  '\t@echo run >> prepared',
  '\t@mkdir -p include/generated',
  `\t@echo '#define UTS_RELEASE "$(KERNELRELEASE)"' > include/generated/utsrelease.h`,
  'modules:',
  "\t@echo '  CC [M]  $(M)/a.o'",
  '\t@gcc $(KCFLAGS) -c -o $(M)/a.o $(M)/a.c',
  '\t@cp $(M)/a.o $(M)/a.ko',
  "\t@echo '$(KBUILD_EXTRA_SYMBOLS)|$(KCFLAGS)' > $(M)/given",
  '\t@touch $(M)/Module.symvers',
  '',
].join('\n');

function headersOf(config: string): string {
  const folder = temporaryFolder();
  writeTree(folder, { config, 'Module.symvers': 'symbols' });
  return folder;
}

test('the tree is configured as the stock kernel, once, and calls itself by its release', async () => {
  await withSource({ Makefile: makefile }, undefined, async (buildTree, source) => {
    const headers = headersOf('CONFIG_XFS_FS=m\nCONFIG_LOST=m\n');
    const config = await prepareTree(buildTree, headers, release, source, []);
    expect([...config]).toEqual([['XFS_FS', 'm']]);
    expect(readFileSync(path.join(buildTree.tree, 'Module.symvers'), 'utf8')).toBe('symbols');
    await prepareTree(buildTree, headers, release, source, []);
    expect(readFileSync(path.join(buildTree.tree, 'configured'), 'utf8')).toBe('run\n');
  });
});

test('an option that this machine would change is an error: the modules would not fit', async () => {
  await withSource({ Makefile: makefile }, undefined, async (buildTree, source) => {
    await expect(prepareTree(buildTree, headersOf('CONFIG_LOST=y\n'), release, source, [])).rejects.toMatchObject({
      exitCode: 3,
      hint: 'CONFIG_LOST: y became n',
    });
    expect(existsSync(path.join(buildTree.folder, 'stock.config'))).toBe(false);
  });
});

test('the tree is prepared again unless only files of the modules have changed', async () => {
  const files = { Makefile: makefile, 'fs/xfs/a.c': '1\n', 'include/b.h': '1\n' };
  await withSource(files, undefined, async (buildTree, source) => {
    const headers = headersOf('CONFIG_XFS_FS=m\n');
    const timesPrepared = async (changed: Record<string, string>, folders: string[]): Promise<number> => {
      const { commit } = await repoOf({ ...files, ...changed }, source.repo);
      await buildTree.moveTo(commit);
      await prepareTree(buildTree, headers, release, { ...source, commit }, folders);
      return readFileSync(path.join(buildTree.tree, 'prepared'), 'utf8').split('\n').length - 1;
    };
    expect(await timesPrepared({}, ['fs/xfs'])).toBe(1);
    expect(await timesPrepared({ 'fs/xfs/a.c': '2\n' }, ['fs/xfs'])).toBe(1);
    expect(await timesPrepared({ 'fs/xfs/a.c': '3\n' }, ['fs/xfs/scrub', 'fs/x'])).toBe(2);
    expect(await timesPrepared({ 'fs/xfs/a.c': '4\n', 'include/b.h': '2\n' }, ['fs/xfs'])).toBe(3);
    writeFileSync(path.join(buildTree.folder, 'prepared-commit'), '0'.repeat(40));
    expect(await timesPrepared({ 'include/b.h': '2\n' }, ['fs/xfs', 'include'])).toBe(4);
  });
});

test('a tree that calls itself otherwise is an error', async () => {
  await withSource(
    { Makefile: makefile.replace('-include .kernelvariables', '') },
    undefined,
    async (buildTree, source) => {
      await expect(prepareTree(buildTree, headersOf('CONFIG_XFS_FS=m\n'), release, source, [])).rejects.toThrow(
        `the tree calls itself #define UTS_RELEASE "", not ${release}`,
      );
    },
  );
});

test('folders are built in order, a later one with the symbols of the earlier ones', async () => {
  const files = { Makefile: makefile, 'drivers/nvdimm/a.c': 'int a;\n', 'drivers/dax/a.c': 'int b;\n' };
  await withSource(files, undefined, async (buildTree, source) => {
    const folders = ['drivers/nvdimm', 'drivers/dax'];
    const modules = await buildFolders(buildTree, folders, parseConfig('CONFIG_XFS_FS=m\n'), source, {});
    expect(modules).toEqual(['drivers/nvdimm/a.ko', 'drivers/dax/a.ko']);
    const given = folders.map((folder) => readFileSync(path.join(buildTree.tree, folder, 'given'), 'utf8').trim());
    const symbols = path.join(buildTree.tree, 'drivers/nvdimm/Module.symvers');
    expect(given).toEqual(['|-g0', `${symbols}|-g0`]);

    // gendwarfksyms reads debug information.
    await buildFolders(buildTree, ['drivers/dax'], parseConfig('CONFIG_GENDWARFKSYMS=y\n'), source, {});
    expect(readFileSync(path.join(buildTree.tree, 'drivers/dax/given'), 'utf8')).toBe('|\n');
  });
});

test('a folder that does not compile is an error with its place in the tree', async () => {
  await withSource({ Makefile: makefile, 'fs/xfs/a.c': 'int a = nowhere;\n' }, undefined, async (buildTree, source) => {
    writeFileSync(path.join(buildTree.tree, 'fs/xfs/old.ko'), '');
    await expect(buildFolders(buildTree, ['fs/xfs'], new Map(), source, {})).rejects.toMatchObject({
      exitCode: 2,
      hint: expect.stringContaining('fs/xfs/a.c:1:9: error:') as string,
    });
  });
});
