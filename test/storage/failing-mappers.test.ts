// SPDX-License-Identifier: GPL-2.0-only
// Device-mapper targets without DAX, the error target, and ordinary disks.

import { describe, expect, it } from 'vitest';
import { InfraError } from '../../harness/host/errors.ts';
import { basePlace } from '../../harness/storage/layer.ts';
import { commands, planStack, refusal } from './plan-stack.ts';

const two = '- namespace: {name: pmem0, mode: raw}\n- namespace: {name: pmem1, mode: raw}\n';

/** What is done after the namespaces are made. */
const made = (layer: string): string[] =>
  commands(planStack(`${two}- ${layer}`))
    .replaceAll('DM_DISABLE_UDEV=1 ', '')
    .split('\n')
    .slice(commands(planStack(two)).split('\n').length);

it('dm-error fails on a range, and is linear around it', () => {
  expect(made('dm-error: {name: error0, device: pmem0, offset: 64K, size: 8K}')).toEqual([
    "dmsetup create error0 --table '0 128 linear /dev/pmem0 0",
    '128 16 error',
    "144 2097008 linear /dev/pmem0 144'",
    'test -b /dev/mapper/error0',
  ]);
  expect(made('dm-error: {name: error0, device: pmem0, offset: "0"}').join('\n')).toContain(
    '0 8 error\n8 2097144 linear',
  );
});

it.each([
  ['dm-error: {name: error0, device: pmem0, offset: 2G}', 'is not in the 1073741824 bytes of pmem0'],
  ['dm-error: {name: error0, device: pmem0, offset: 4K, size: 5K}', 'size 5K is not a multiple of 4K'],
  ['dm-flakey: {name: flakey0, device: pmem0, up: 0}', 'neither works nor fails'],
  ['dm-thin: {name: thin0, device: pmem0, metadata-device: pmem1, size: 10K}', 'size 10K is not a multiple of 4K'],
  ['disk: {name: disk0, size: 5K}', 'size 5K is not a multiple of 4K'],
  ['dm-mirror: {name: mirror0, devices: [pmem0, pmem0]}', 'mirror0 uses `pmem0` twice'],
])('refuses %s', (layer, why) => expect(refusal(`${two}- ${layer}`)).toContain(why));

it('dm-flakey fails some of the time, in one way', () => {
  const layer = 'dm-flakey: {name: flakey0, device: pmem0, up: 0, down: 60, when: writes}';
  expect(made(layer)).toEqual([
    'modprobe {"modules":["dm_flakey"]}',
    "dmsetup create flakey0 --table '0 2097152 flakey /dev/pmem0 0 0 60 1 error_writes'",
    'test -b /dev/mapper/flakey0',
  ]);
});

it('dm-dust has its bad blocks before it is enabled', () => {
  expect(made('dm-dust: {name: dust0, device: pmem0, blocks: [7, 9]}').slice(3)).toEqual([
    'dmsetup message dust0 0 addbadblock 7',
    'dmsetup message dust0 0 addbadblock 9',
    'dmsetup message dust0 0 enable',
  ]);
});

it('dm-mirror takes its legs as equal', () => {
  const stack = planStack(`${two}- dm-mirror: {name: mirror0, devices: [pmem0, pmem1]}`);
  expect(commands(stack)).toContain(
    "--table '0 2097152 mirror core 2 1024 nosync 2 /dev/pmem0 0 /dev/pmem1 0 1 handle_errors'",
  );
  expect(basePlace(stack, { device: 'mirror0', offset: 4096 })).toEqual({ device: 'pmem0', offset: 4096 });
});

describe('what only the kernel knows', () => {
  it('is the place of a block of a snapshot; that of its origin is known', () => {
    const layer = 'dm-snapshot: {name: snapshot0, origin: origin0, device: pmem0, cow-device: pmem1}';
    expect(made(layer)).toEqual([
      'modprobe {"modules":["dm_snapshot"]}',
      "dmsetup create snapshot0 --table '0 2097152 snapshot /dev/pmem0 /dev/pmem1 N 8'",
      'test -b /dev/mapper/snapshot0',
      "dmsetup create origin0 --table '0 2097152 snapshot-origin /dev/pmem0'",
      'test -b /dev/mapper/origin0',
    ]);
    const stack = planStack(`${two}- ${layer}`);
    expect(basePlace(stack, { device: 'origin0', offset: 8192 })).toEqual({ device: 'pmem0', offset: 8192 });
    expect(() => basePlace(stack, { device: 'snapshot0', offset: 0 })).toThrow(InfraError);
  });

  it('is the place of a block of a thin device', () => {
    const layer = 'dm-thin: {name: thin0, device: pmem0, metadata-device: pmem1, size: 2G}';
    expect(made(layer).slice(2)).toEqual([
      "dmsetup create thin0-pool --table '0 2097152 thin-pool /dev/pmem1 /dev/pmem0 128 0'",
      'test -b /dev/mapper/thin0-pool',
      "dmsetup message thin0-pool 0 'create_thin 0'",
      "dmsetup create thin0 --table '0 4194304 thin /dev/mapper/thin0-pool 0'",
      'test -b /dev/mapper/thin0',
    ]);
    expect(() => basePlace(planStack(`${two}- ${layer}`), { device: 'thin0', offset: 0 })).toThrow(InfraError);
  });
});

it('a disk is a file in memory, and may be part of a table', () => {
  const stack = planStack(
    `${two}- disk: {name: disk1, size: 32M}\n- dm-linear: {name: mixed, devices: [pmem0, disk1]}`,
  );
  const lines = commands(stack).split('\n');
  expect(lines).toContain('truncate -s 33554432 /run/disk1');
  expect(lines).toContain('losetup /dev/loop1 /run/disk1');
  expect(lines.some((line) => line.startsWith('2097152 65536 linear /dev/loop1 0'))).toBe(true);
});
