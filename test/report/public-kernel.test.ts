// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { publicKernel, publicSpec } from '../../harness/report/public-kernel.ts';

const facts = { kernel: '7.2', version: '7.2.12', release: '7.2.12+deb13-amd64' };

test.each([
  ['linux-binary-7.2.12+deb13-amd64 7.2.12-1 (trixie)', {}, 'Linux 7.2.12, Debian (7.2.12+deb13-amd64)'],
  ['linux-source-7.2 7.2.12 (7.2.12-1), configured as base', {}, 'Linux 7.2.12, source of Debian; config: base'],
  ['git 0123456789ab (v7.2-3-g0123456789ab)', {}, 'commit 0123456789ab'],
  ['/home/dev/linux (v7.2, with changes)', { kernel: 'tree:/home/dev/linux' }, 'v7.2, with changes'],
  ['/boot/vmlinuz', { kernel: 'image:/boot/vmlinuz' }, 'Linux 7.2.12 (7.2.12+deb13-amd64)'],
])('%s', (origin, more, shown) => {
  expect(publicKernel({ ...facts, origin, ...more })).toBe(shown);
});

test.each([
  ['7.2', '7.2'],
  ['git:/home/dev/linux@v7.2', 'git:linux@v7.2'],
  ['git:.@main', 'git:linux@main'],
  ['tree:/home/dev/linux', 'tree:linux'],
  ['tarball:../linux-7.2.tar.xz', 'tarball:linux-7.2.tar.xz'],
  ['7.2+/home/dev/a.mbox++b.mbox', '7.2'],
])('%s for others', (spec, shown) => {
  expect(publicSpec(spec)).toBe(shown);
});
