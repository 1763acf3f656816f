// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { resolveKernel } from '../../harness/kernel/resolve.ts';
import { bzImage } from './bzimage.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-image-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function put(name: string, content: string | Buffer = ''): string {
  const file = path.join(folder, name);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

const banner = '6.12.0-test+ (me@host) #1 SMP PREEMPT_DYNAMIC Mon Jan 1';

test('an image alone: everything built in, the vmlinux of its tree found', async () => {
  const image = put('linux/arch/x86/boot/bzImage', bzImage(banner));
  const vmlinux = put('linux/vmlinux');
  expect(await resolveKernel(`image:${image}`)).toMatchObject({
    label: 'bzImage',
    version: '6.12.0',
    release: '6.12.0-test+',
    image,
    modules: undefined,
    vmlinux,
    origin: image,
  });
});

test('modules may be given as their own folder or as the tree around it; the id follows their content', async () => {
  const image = put('bzImage', bzImage(banner));
  put('tree/lib/modules/6.12.0-test+/modules.dep');
  const modules = path.join(folder, 'tree/lib/modules/6.12.0-test+');
  const byTree = await resolveKernel(`image:${image},${folder}/tree`);
  const byFolder = await resolveKernel(`image:${image},${modules}`);
  expect(byTree.modules).toBe(modules);
  expect(byFolder).toEqual({ ...byTree, spec: byFolder.spec });
  put('tree/lib/modules/6.12.0-test+/kernel/new.ko', 'new');
  expect((await resolveKernel(`image:${image},${modules}`)).id).not.toBe(byTree.id);
});

test('a missing file, something that is not a bzImage, and modules that do not fit are errors that say so', async () => {
  const image = put('bzImage', bzImage(banner));
  put('other/lib/modules/6.1.0/modules.dep');
  put('bare/lib/modules/6.12.0-test+/kernel/a.ko');
  await expect(resolveKernel('image:/nonesuch')).rejects.toThrow('there is no kernel image /nonesuch');
  await expect(resolveKernel(`image:${put('text', 'text')}`)).rejects.toThrow('is not a bzImage');
  await expect(resolveKernel(`image:${image},/nonesuch`)).rejects.toThrow('there is no modules folder /nonesuch');
  await expect(resolveKernel(`image:${image},${folder}/other`)).rejects.toThrow(
    `the image is 6.12.0-test+, but the modules in ${folder}/other are of 6.1.0`,
  );
  await expect(resolveKernel(`image:${image},${folder}/bare`)).rejects.toThrow('has no modules.dep');
});
