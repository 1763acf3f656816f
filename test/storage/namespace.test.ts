// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { baseDevices, basePlace } from '../../harness/storage/layer.ts';
import { fsdaxBytes, sectorBytesOf } from '../../harness/storage/namespace.ts';
import { commands, gibi, planStack, mebi, refusal } from './plan-stack.ts';

it('makes a whole NVDIMM one namespace, without labels', () => {
  expect(commands(planStack('- namespace: {name: pmem0}'))).toMatchInlineSnapshot(`
    "ndctl create-namespace -f -m fsdax -M dev -e namespace0.0
    test -b /dev/pmem0"
  `);
});

it('makes a raw one, which has all the bytes', () => {
  const stack = planStack('- namespace: {name: pmem1, mode: raw}');
  expect(commands(stack)).toMatchInlineSnapshot(`
    "ndctl create-namespace -f -m raw -e namespace1.0
    test -b /dev/pmem1"
  `);
  expect(stack.devices.get('pmem1')?.bytes).toBe(gibi);
});

it('makes one in sector mode, which the kernel names after it', () => {
  const stack = planStack('- namespace: {name: pmem0s, mode: sector}');
  expect(commands(stack)).toMatchInlineSnapshot(`
    "ndctl create-namespace -f -m sector -e namespace0.0
    test -b /dev/pmem0s"
  `);
  expect(stack.devices.get('pmem0s')).toMatchObject({ kind: 'sector', path: '/dev/pmem0s', nvdimmBytes: gibi });
});

it('never promises more blocks than a BTT has', () => {
  // 6.12.118 makes one of version 2.0, which begins at once, and reports 1071616000 (blockdev --getsize64).
  expect(sectorBytesOf(gibi)).toBe(1071616000 - 4096);
});

it('makes one of a whole virtio-pmem device, which has no labels', () => {
  const virtio = { nvdimms: [], virtioPmem: [gibi] };
  expect(commands(planStack('- namespace: {name: pmem0, map: mem}', virtio))).toMatchInlineSnapshot(`
    "ndctl create-namespace -f -m fsdax -M mem -e namespace0.0
    test -b /dev/pmem0"
  `);
  const why = 'virtio-pmem device 0 has no labels, so it is one namespace of all its bytes';
  expect(refusal('- namespace: {name: pmem0, size: 256M}', virtio)).toBe(why);
});

it('writes labels once when there are several on one NVDIMM', () => {
  const stack = planStack(`
- namespace: {name: pmem0, size: 256M}
- namespace: {name: pmem0.1, size: 512M, map: mem}`);
  expect(commands(stack)).toMatchInlineSnapshot(`
    "ndctl disable-region region0
    ndctl init-labels -f nmem0
    ndctl enable-region region0
    ndctl create-namespace -f -m fsdax -M dev -r region0 -s 268435456
    test -b /dev/pmem0
    ndctl create-namespace -f -m fsdax -M mem -r region0 -s 536870912
    test -b /dev/pmem0.1"
  `);
  expect([...stack.devices.keys()]).toEqual(['pmem0', 'pmem0.1']);
});

it('ends every layer', () => {
  const stack = planStack('- namespace: {name: pmem0}');
  expect(basePlace(stack, { device: 'pmem0', offset: 4096 })).toEqual({ device: 'pmem0', offset: 4096 });
  expect(baseDevices(stack, 'pmem0')).toEqual(['pmem0']);
});

it('never promises more than the kernel gives: struct pages and info block are taken off', () => {
  expect(fsdaxBytes(gibi, 'mem')).toBe(gibi - 4 * mebi);
  // 64 bytes a page: 16 MiB of a GiB, and 8 KiB before them.
  expect(fsdaxBytes(gibi, 'dev')).toBe(gibi - 18 * mebi - 2 * mebi);
  for (const size of [128, 144, 256, 512, 1000, 1024, 4096].map((count) => count * mebi)) {
    for (const map of ['dev', 'mem'] as const) {
      expect(fsdaxBytes(size, map) % (2 * mebi)).toBe(0);
      expect(fsdaxBytes(size, map)).toBeLessThanOrEqual(size - (map === 'dev' ? size / 64 : 0) - 8192);
    }
  }
});

it('refuses what cannot be', () => {
  const refused = [
    '- namespace: {name: pmem2}',
    '- namespace: {name: pmem0, size: 100M}',
    '- namespace: {name: pmem0, size: 130M}',
    '- namespace: {name: pmem0, size: 2G}',
    '- namespace: {name: pmem0, size: much}',
    '- namespace: {name: pmem0.1}',
    '- namespace: {name: pmem0, size: 256M}\n- namespace: {name: pmem0.2, size: 256M}',
    '- namespace: {name: pmem0, size: 256M}\n- namespace: {name: pmem0.1}',
    '- namespace: {name: pmem0}\n- namespace: {name: pmem0.1, size: 256M}',
    '- namespace: {name: pmem0, size: 768M}\n- namespace: {name: pmem0.1, size: 512M}',
    '- namespace: {name: pmem0}\n- namespace: {name: pmem0}',
    '- namespace: {name: pmem0, mode: sector}',
    '- namespace: {name: pmem0s}',
    '- namespace: {name: pmem0s, mode: sector}\n- namespace: {name: pmem0.1, size: 256M}',
  ];
  expect(refused.map((yaml) => refusal(yaml)).join('\n')).toMatchInlineSnapshot(`
    "pmem2 is on NVDIMM 2, but the machine has 2
    100M is not a size of 128M to 1024M in steps of 16M
    130M is not a size of 128M to 1024M in steps of 16M
    2G is not a size of 128M to 1024M in steps of 16M
    much is not a size of 128M to 1024M in steps of 16M
    pmem0 must come before pmem0.1
    pmem0.1 must come before pmem0.2
    pmem0.1 needs a \`size\`: only a namespace alone on NVDIMM 0 can leave it out
    pmem0.1 does not fit: 0M of 1024M are left
    pmem0.1 does not fit: 256M of 1024M are left
    two devices have the name \`pmem0\`
    in sector mode the kernel calls it pmem0s
    pmem0s is the name of a namespace in sector mode
    pmem0.1 does not fit: 0M of 1024M are left"
  `);
});

it('refuses a name that the kernel would not give', () => {
  for (const name of ['nvme0', 'pmem', 'pmem0x', 'pmem0.0', '/dev/pmem0']) {
    expect(() => planStack(`- namespace: {name: ${name}}`)).toThrow('a name such as pmem0');
  }
});
