// SPDX-License-Identifier: GPL-2.0-only
// Real stock kernels through the apt root, and the initramfs for them. Needs the network when the cache is cold.
import { readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { buildInitramfs } from '../../harness/guest/image/initramfs.ts';
import { earlyModules, laterModules } from '../../harness/kernel/guest-modules.ts';
import { userspaceVersions } from '../../harness/guest/image/userspace.ts';
import { runProgram } from '../../harness/host/program.ts';
import { readBzImageVersion, versionOfBanner } from '../../harness/kernel/bzimage.ts';
import { listKernels } from '../../harness/kernel/list.ts';
import { closureIn, moduleState, readModuleIndex } from '../../harness/kernel/module-index.ts';
import { resolveKernel } from '../../harness/kernel/resolve.ts';

afterEach(() => vi.unstubAllEnvs());

test.each(['6.1', '6.12', '7.2'])(
  'debian:%s is fetched, and its image has the version of its package',
  async (line) => {
    const kernel = await resolveKernel(`debian:${line}`);
    expect(kernel.version.startsWith(`${line}.`)).toBe(true);
    const banner = readBzImageVersion(kernel.image) ?? '';
    expect(banner.split(' ')[0]).toBe(kernel.release);
    expect(versionOfBanner(banner)).toBe(kernel.version);
    expect(path.basename(kernel.modules ?? '')).toBe(kernel.release);
    expect(moduleState(kernel, 'nd-pmem')).toBe('module');
    expect(moduleState(kernel, 'virtio_pci')).not.toBe('absent');
    expect(moduleState(kernel, 'dm_dust')).toBe('absent');
    const order = closureIn(readModuleIndex(kernel), ['nd_pmem']).map((file) => path.basename(file));
    expect(order.indexOf('libnvdimm.ko')).toBeGreaterThanOrEqual(0);
    expect(order.at(-1)).toBe('nd_pmem.ko');

    vi.stubEnv('HAZMAT_OFFLINE', '1');
    const notes: string[] = [];
    expect(await resolveKernel(line, { progress: (note) => notes.push(note) })).toEqual({ ...kernel, spec: line });
    expect(notes).toEqual([]);
  },
);

test('the initramfs holds agent, userspace and the modules that the kernel has', async () => {
  const kernel = await resolveKernel('debian:6.12');
  const agent = { path: realpathSync('/bin/true'), id: 'test' };
  const request = { kernel, agent, modules: laterModules, early: earlyModules };
  const initramfs = await buildInitramfs(request);
  expect(initramfs.absent).toContain('dm_dust');
  expect(await buildInitramfs(request)).toEqual(initramfs);
  // cpio stops at the first trailer: what follows is padding and the next archive.
  const bytes = readFileSync(initramfs.path);
  const names: string[] = [];
  for (let start = 0; start !== -1;) {
    const { stdout } = await runProgram(['cpio', '-t', '--quiet'], { input: bytes.subarray(start) });
    names.push(...stdout.trimEnd().split('\n'));
    const trailer = bytes.indexOf('TRAILER!!!', start);
    start = trailer === -1 ? -1 : bytes.indexOf('070701', trailer);
  }
  expect(names).toEqual(
    expect.arrayContaining([
      'init',
      'etc/hazmat/modules.early',
      'usr/bin/ndctl',
      'usr/sbin/mkfs.xfs',
      'usr/share/xfsprogs/mkfs/lts_6.12.conf',
      'usr/lib/x86_64-linux-gnu/libc.so.6',
      `usr/lib/modules/${kernel.release}/kernel/fs/xfs/xfs.ko`,
      `usr/lib/modules/${kernel.release}/modules.dep.bin`,
    ]),
  );
  expect(names.filter((name) => name.startsWith('lib/'))).toEqual([]);
  expect((await userspaceVersions()).versions).toMatchObject({ ndctl: expect.stringMatching(/^\d/) as string });
});

test('every line of the catalog has a kernel or says why not', async () => {
  const listed = await listKernels();
  expect(listed.length).toBeGreaterThan(5);
  for (const kernel of listed) {
    expect(kernel.newest?.version.startsWith(kernel.line) ?? kernel.unavailable).toBeTruthy();
  }
  expect(listed.find(({ line }) => line === '6.12')).toMatchObject({
    bytes: expect.any(Number) as number,
    hasSource: true,
  });
});
