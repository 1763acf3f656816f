// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import type { DebianPackage } from '../../../harness/host/debian/package-index.ts';
import { incompleteKernels, stockKernels, upstreamVersion } from '../../../harness/kernel/stock/stock.ts';

function pkg(name: string, version: string, depends = '', suite = 'trixie-backports'): DebianPackage {
  return { name, version, architecture: 'amd64', size: 1, sha256: 'a'.repeat(64), depends, suite };
}

const names = (packages: DebianPackage[], line: string): string[] =>
  stockKernels(packages, line).map(({ name }) => name);

test('up to 6.18 the plain flavour is found, signed first; rt, cloud, debug and meta packages are not', () => {
  const packages = [
    pkg('linux-image-6.12.9+deb13-amd64-unsigned', '6.12.9-1'),
    pkg('linux-image-6.12.9+deb13-amd64', '6.12.9-1', 'kmod, linux-base'),
    pkg('linux-image-6.12.9+deb13-amd64-dbg', '6.12.9-1'),
    pkg('linux-image-6.12.9+deb13-rt-amd64', '6.12.9-1'),
    pkg('linux-image-6.12.9+deb13-cloud-amd64', '6.12.9-1'),
    pkg('linux-image-6.12-amd64', '6.12.9-1', 'linux-image-6.12.9+deb13-amd64 (= 6.12.9-1)'),
    pkg('linux-image-amd64', '6.12.9-1', 'linux-image-6.12.9+deb13-amd64 (= 6.12.9-1)'),
    pkg('linux-image-6.1.0-56-amd64', '6.1.192-2'),
    pkg('linux-image-6.1.0-0.deb11.48-amd64', '6.1.172-1~deb11u1'),
  ];
  expect(names(packages, '6.12')).toEqual([
    'linux-image-6.12.9+deb13-amd64',
    'linux-image-6.12.9+deb13-amd64-unsigned',
  ]);
  expect(names(packages, '6.1')).toEqual(['linux-image-6.1.0-56-amd64', 'linux-image-6.1.0-0.deb11.48-amd64']);
});

test('a split kernel is linux-binary with the modules and base of its version and suite', () => {
  const depends = 'linux-base-7.3-amd64 (= 7.3~rc7-1~exp1), linux-binary-7.3-amd64, linux-modules-7.3-amd64';
  const packages = [
    pkg('linux-image-7.3-amd64', '7.3~rc7-1~exp1', depends),
    pkg('linux-base-7.3-amd64', '7.3~rc7-1~exp1'),
    pkg('linux-binary-unsigned-7.3-amd64', '7.3~rc7-1~exp1'),
    pkg('linux-binary-7.3-amd64', '7.3~rc7-1~exp1'),
    pkg('linux-modules-7.3-amd64', '7.3~rc6-1~exp1'),
    pkg('linux-modules-7.3-amd64', '7.3~rc7-1~exp1'),
  ];
  const [signed, unsigned, ...rest] = stockKernels(packages, '7.3');
  expect(rest).toEqual([]);
  expect(signed).toMatchObject({ name: 'linux-binary-7.3-amd64', signed: true });
  expect(signed?.payload.map(({ name, version }) => `${name} ${version}`)).toEqual([
    'linux-binary-7.3-amd64 7.3~rc7-1~exp1',
    'linux-modules-7.3-amd64 7.3~rc7-1~exp1',
    'linux-base-7.3-amd64 7.3~rc7-1~exp1',
  ]);
  expect(unsigned).toMatchObject({ name: 'linux-binary-unsigned-7.3-amd64', signed: false });
});

test('a split kernel whose modules the archive dropped is not offered, and the error can say why', () => {
  const packages = [pkg('linux-binary-7.1.8+deb13-amd64', '7.1.8-1'), pkg('linux-base-7.1.8+deb13-amd64', '7.1.8-1')];
  expect(names(packages, '7.1')).toEqual([]);
  expect(incompleteKernels(packages, '7.1')).toEqual([
    'trixie-backports has linux-binary-7.1.8+deb13-amd64, but no longer linux-modules-7.1.8+deb13-amd64.',
  ]);
  expect(incompleteKernels(packages, '7.2')).toEqual([]);
});

test('a line, a point release and a release candidate are distinguished', () => {
  const packages = [pkg('linux-image-6.1.0-1-amd64', '6.1.2-1'), pkg('linux-image-6.12.1-amd64', '6.12.1-1')];
  expect(names(packages, '6.1')).toEqual(['linux-image-6.1.0-1-amd64']);
  expect(names(packages, '6.12.1')).toEqual(['linux-image-6.12.1-amd64']);
  expect(names(packages, '6.12.10')).toEqual([]);
  expect(upstreamVersion('7.3~rc7-1~exp1')).toBe('7.3-rc7');
  expect(upstreamVersion('6.16.12-1~bpo13+1')).toBe('6.16.12');
});
