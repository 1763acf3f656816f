// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { basePlace } from '../../harness/storage/layer.ts';
import { commands, planStack, mebi, refusal } from './plan-stack.ts';

const whole = '- namespace: {name: pmem0, mode: raw}\n';

it('writes a table with one partition and has the kernel read it', () => {
  const stack = planStack(`${whole}- partition: {device: pmem0}`);
  expect(commands(stack).split('\n').slice(-3).join('\n')).toMatchInlineSnapshot(`
    "sfdisk --no-tell-kernel --wipe always /dev/pmem0 <<< "label: gpt\\nstart=4096, size=2091008\\n"
    blockdev --rereadpt /dev/pmem0
    test -b /dev/pmem0p1"
  `);
  expect(stack.devices.get('pmem0p1')).toMatchObject({ path: '/dev/pmem0p1', kind: 'partition', devices: ['pmem0'] });
});

it('leaves room for the backup table at the end', () => {
  const stack = planStack(`${whole}- partition: {device: pmem0, start: 2M}`);
  const { bytes = 0 } = stack.devices.get('pmem0p1') ?? {};
  expect(2 * mebi + bytes).toBeLessThanOrEqual((stack.devices.get('pmem0')?.bytes ?? 0) - 33 * 512);
  expect(bytes % mebi).toBe(0);
});

it('lies where it begins', () => {
  const stack = planStack(`${whole}- partition: {device: pmem0, start: 6M, size: 256M}`);
  expect(basePlace(stack, { device: 'pmem0p1', offset: 5 })).toEqual({ device: 'pmem0', offset: 6 * mebi + 5 });
  expect(stack.devices.get('pmem0p1')?.bytes).toBe(256 * mebi);
});

it('appends a second one behind the first', () => {
  const two = `${whole}- partition: {device: pmem0, size: 256M}\n- partition: {device: pmem0, start: 300M}`;
  const stack = planStack(two);
  expect(commands(stack).split('\n').slice(-3).join('\n')).toMatchInlineSnapshot(`
    "sfdisk --no-tell-kernel --append /dev/pmem0 <<< "start=614400, size=1480704\\n"
    blockdev --rereadpt /dev/pmem0
    test -b /dev/pmem0p2"
  `);
  expect(basePlace(stack, { device: 'pmem0p2', offset: 5 })).toEqual({ device: 'pmem0', offset: 300 * mebi + 5 });
  const late = `${whole}- partition: {device: pmem0, size: 256M}\n- dm-linear: {name: l, device: pmem0p1}\n- partition: {device: pmem0, start: 300M}`;
  expect(refusal(late)).toBe('the partitions of pmem0 must come before the layers that use them: `pmem0p1` is in use');
});

it('refuses what cannot be', () => {
  const refused = [
    `${whole}- partition: {device: pmem1}`,
    `${whole}- dm-linear: {name: l, device: pmem0}\n- partition: {device: l}`,
    `${whole}- partition: {device: pmem0, start: 512K}`,
    `${whole}- partition: {device: pmem0, start: 1025K}`,
    `${whole}- partition: {device: pmem0, start: 2G}`,
    `${whole}- partition: {device: pmem0, size: 1G}`,
    `${whole}- partition: {device: pmem0, size: some}`,
    `${whole}- partition: {device: pmem0, size: '1001'}`,
    `${whole}- partition: {device: pmem0, size: 256M}\n- partition: {device: pmem0, size: 256M}`,
  ];
  expect(refused.map((yaml) => refusal(yaml)).join('\n')).toMatchInlineSnapshot(`
    "no device \`pmem1\` below this layer; devices: pmem0
    l is not a namespace
    start 512K is not a multiple of 4K of at least 1M
    start 1025K is not a multiple of 4K of at least 1M
    the partition does not fit: at most 0M
    the partition does not fit: at most 1021M
    size some is not a multiple of 4K
    size 1001 is not a multiple of 4K
    start 2M is inside the previous partition, which ends at 258M"
  `);
});
