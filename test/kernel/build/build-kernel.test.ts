// SPDX-License-Identifier: GPL-2.0-only
// Builds a "kernel" of a small source with the real make; its Makefile has the goals and variables of the kernel's.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { contentKey } from '../../../harness/host/key.ts';
import { buildKernel, keptBuiltSchema } from '../../../harness/kernel/build/build-kernel.ts';
import { buildTreeRoot } from '../../../harness/kernel/build/build-tree.ts';
import { readWarnings } from '../../../harness/kernel/build/warnings.ts';
import { parseConfigFile } from '../../../harness/kernel/config/config-fragments.ts';
import { readKeptKernel } from '../../../harness/kernel/kept-kernel.ts';
import { patchSource } from '../../../harness/kernel/series/patched-source.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { repoOf } from '../source.ts';

beforeEach(() => vi.stubEnv('HAZMAT_CACHE', temporaryFolder()));
afterEach(() => vi.unstubAllEnvs());

const makefile = [
  'tinyconfig:',
  "\t@echo '# CONFIG_SMP is not set' > $(KCONFIG_CONFIG)",
  'olddefconfig:',
  "\t@sed -i '/LOST/d' $(KCONFIG_CONFIG)",
  '\t@echo run >> $(O)/configured',
  'bzImage:',
  '\t@mkdir -p $(O)/arch/x86/boot $(O)/include/config',
  '\t@echo image > $(O)/arch/x86/boot/bzImage',
  '\t@echo 9.1.0-hazmat > $(O)/include/config/kernel.release',
  "\t@echo '  CC      init/main.o'",
  "\t@echo '../tree/init/main.c:3:5: warning: unused'",
  'modules:',
  'modules_install:',
  '\t@mkdir -p $(INSTALL_MOD_PATH)/lib/modules/9.1.0-hazmat',
  '\t@touch $(INSTALL_MOD_PATH)/lib/modules/9.1.0-hazmat/modules.dep $(INSTALL_MOD_PATH)/lib/modules/9.1.0-hazmat/modules.dep.bin',
  '\t@ln -s $(O) $(INSTALL_MOD_PATH)/lib/modules/9.1.0-hazmat/build',
  '',
].join('\n');
const kconfig =
  'config MODULES\n\tbool "modules"\nconfig SMP\n\tbool "smp"\nconfig LOST\n\tbool "lost"\n\tdepends on NEVER\n';

async function build(options: string): Promise<{ folder: string; notes: string[] }> {
  const { repo, commit } = await repoOf({ Makefile: makefile, Kconfig: kconfig });
  const source = await patchSource(repo, { commit, origin: 'small source' }, undefined);
  const folder = temporaryFolder();
  const notes: string[] = [];
  const { wanted } = parseConfigFile(options, 'my.config');
  const choice = { wanted, overrides: [], whole: false, key: contentKey(options), words: 'my.config' };
  const progress = (note: string): number => notes.push(note);
  await buildKernel({ source, version: '9.1', choice, origin: 'small', folder, options: { progress } });
  return { folder, notes };
}

test('image, configuration, modules and warnings of a build are kept', async () => {
  const { folder, notes } = await build('CONFIG_MODULES=y\nCONFIG_SMP=y\n');
  expect(readdirSync(folder).sort()).toEqual(['config', 'lib', 'meta.json', 'vmlinuz', 'warnings.json']);
  expect(readFileSync(path.join(folder, 'config'), 'utf8')).toMatch(/^CONFIG_MODULES=y\nCONFIG_SMP=y$/m);
  expect(readdirSync(path.join(folder, 'lib/modules/9.1.0-hazmat'))).toEqual(['modules.dep']);
  expect(readKeptKernel(folder, keptBuiltSchema)).toMatchObject({
    release: '9.1.0-hazmat',
    version: '9.1',
    origin: 'small',
    config: 'my.config',
    objects: 1,
  });
  expect(readWarnings(folder)).toEqual(new Map([['init/main.o', ['init/main.c: unused']]]));
  expect(notes[0]).toBe('checking out small source');
  expect(notes.at(-1)).toMatch(/^built 9\.1\.0-hazmat: 1 objects in \d+ s, of which make \d+ s$/);
});

test('the same configuration is not made again; a damaged record of it is', async () => {
  await build('CONFIG_SMP=y\n');
  const [name = ''] = readdirSync(buildTreeRoot());
  const file = (one: string): string => path.join(buildTreeRoot(), name, one);
  const runs = (): number => readFileSync(file('out/configured'), 'utf8').split('\n').length - 1;
  expect(runs()).toBe(1);
  await build('CONFIG_SMP=y\n');
  expect(runs()).toBe(1);
  writeFileSync(file('configured.json'), '{"key": "');
  await build('CONFIG_SMP=y\n');
  expect(runs()).toBe(2);
});

test('a kernel without modules has an empty folder of them, and an option that was dropped is an error', async () => {
  const { folder } = await build('CONFIG_SMP=y\n');
  expect(readdirSync(path.join(folder, 'lib/modules/9.1.0-hazmat'))).toEqual([]);
  await expect(build('CONFIG_LOST=y\n')).rejects.toMatchObject({
    exitCode: 2,
    message:
      'CONFIG_LOST=y (my.config:1) was dropped: it depends on NEVER, which does not exist on x86 in this version',
  });
});
