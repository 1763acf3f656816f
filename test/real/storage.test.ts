// SPDX-License-Identifier: GPL-2.0-only
// Layers and machines that no shipped scenario uses yet, in a guest.

import path from 'node:path';
import { expect, test } from 'vitest';
import { hazmat, latestRun } from './hazmat.ts';

test('partition, ext4, sized namespaces, a raw namespace, q35', async () => {
  const folder = path.join(import.meta.dirname, 'scenarios');
  const files = ['ext4-on-partition', 'two-namespaces', 'raw-on-q35'].map((name) => path.join(folder, `${name}.yaml`));
  const run = await hazmat(['run', ...files, '--kernel', '6.12']);
  expect(latestRun(run.results).cells.map(({ title, verdict, why }) => `${title}: ${verdict}: ${why}`)).toEqual([
    expect.stringMatching(/^ext4 .*: pass/),
    expect.stringMatching(/^Two .*: pass/),
    expect.stringMatching(/^A raw .*: pass/),
  ]);
  expect(run.exitCode).toBe(0);
});

test('a shell command in a guest, over ssh through a virtio port', async () => {
  const run = await hazmat(['shell', '--kernel', '6.12', '--command', 'uname -r; grep /mnt /proc/mounts; exit 7']);
  expect(run.exitCode).toBe(7);
  expect(run.stdout).toMatch(/^6\.12\..*\n\/dev\/pmem0 \/mnt xfs /);
});
