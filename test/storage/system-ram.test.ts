// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { commands, planStack, refusal } from './plan-stack.ts';

it('puts a devdax namespace online as movable memory', () => {
  const stack = planStack('- devdax: {name: dax0.0, map: mem}\n- system-ram: {device: dax0.0}');
  expect(commands(stack).split('\n').slice(2).join('\n')).toMatchInlineSnapshot(`
    "write {"path":"/sys/devices/system/memory/auto_online_blocks","data":"online_movable"}
    daxctl reconfigure-device --force --mode=system-ram dax0.0
    grep -q 'System RAM (kmem)' /proc/iomem"
  `);
  expect(stack.devices.get('dax0.0')?.isSystemRam).toBe(true);
});

it('refuses what cannot be', () => {
  const refused = [
    '- namespace: {name: pmem0}\n- system-ram: {device: pmem0}',
    '- devdax: {name: dax0.0}\n- system-ram: {device: dax0.0}\n- system-ram: {device: dax0.0}',
    '- system-ram: {device: dax0.0}',
  ];
  expect(refused.map((yaml) => refusal(yaml)).join('\n')).toMatchInlineSnapshot(`
    "pmem0 is not a devdax namespace
    \`dax0.0\` is in use by the kernel, as memory
    no device \`dax0.0\` below this layer; devices: none"
  `);
  expect(refusal('- devdax: {name: dax0.0}\n- system-ram: {device: dax0.0}', { nvdimms: [2 ** 28] })).toBe(
    'dax0.0 has less than the 256M of two blocks of memory',
  );
});
