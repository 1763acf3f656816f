// SPDX-License-Identifier: GPL-2.0-only
// What the routes of CXL ask of the guest and of QEMU.

import { describe, expect, it } from 'vitest';
import { bindGuest } from '../../harness/guest/bound-guest.ts';
import { Deadline } from '../../harness/guest/deadline.ts';
import type { BoundGuest } from '../../harness/guest/live-guest.ts';
import { cxlEvent } from '../../harness/poison/cxl-event.ts';
import { cxlPoison } from '../../harness/poison/cxl-poison.ts';
import type { PoisonTarget } from '../../harness/poison/route.ts';
import { poisonRoutes } from '../../harness/poison/routes.ts';
import { loadMachine } from '../../harness/machine/machine.ts';
import { FakeGuest, FakeQemu, type Asked } from '../guest/fake-guest.ts';

const target: PoisonTarget = {
  base: { device: 'pmem0', offset: 0x21000 },
  length: 4096,
  physical: 0x5d0221000,
  process: undefined,
  mappers: [],
  described: 'page 3 of /mnt/data',
};
const regions = 'region0 0x5d0000000 0x40000000 mem0 0x1000 0x0\n';

class Recorder extends FakeQemu {
  readonly commands: [string, unknown][] = [];

  constructor(major = 11) {
    super();
    Object.assign(this.qmp, {
      execute: (command: string, args: unknown): Promise<unknown> => {
        if (command !== 'query-version') this.commands.push([command, args]);
        return Promise.resolve({ qemu: { major, minor: 0 } });
      },
    });
  }
}

function guestOn(qemu: FakeQemu, error?: string): { guest: BoundGuest; asked: Asked[] } {
  const fake = new FakeGuest(
    {
      run: { exit: 0, stdout: regions, stderr: '', durationMs: 1 },
      write: { result: 1, call: 'write', durationMs: 1, ...(error === undefined ? {} : { error }) },
    },
    { qemu },
  );
  return { guest: bindGuest(fake, new Deadline(60_000)), asked: fake.asked };
}

describe('cxl-poison', () => {
  it('by the device, without the kernel', async () => {
    const qemu = new Recorder();
    const { how } = await cxlPoison.inject(guestOn(qemu).guest, target, { by: 'device' });
    expect(how).toBe('4096 bytes at 0x221000 of mem0');
    expect(qemu.commands).toEqual([
      ['cxl-inject-poison', { path: '/machine/peripheral/cxl0', start: 0x221000, length: 4096 }],
    ]);
  });

  it.each([
    ['memdev', '/sys/kernel/debug/cxl/mem0/inject_poison'],
    ['region', '/sys/kernel/debug/cxl/region0/inject_poison'],
  ])('by the %s, through the kernel', async (by, path) => {
    const { guest, asked } = guestOn(new Recorder());
    expect((await cxlPoison.inject(guest, target, { by })).error).toBeUndefined();
    expect(asked.at(-1)).toEqual({ op: 'write', args: { path, data: '0x221000\n' } });
  });

  it('reports the kernel’s errno', async () => {
    const { guest } = guestOn(new Recorder(), 'EBUSY');
    expect((await cxlPoison.inject(guest, target, { by: 'memdev' })).error).toBe('EBUSY');
    expect((await cxlPoison.unpoison?.(guest, target))?.error).toBe('EBUSY');
  });

  it('is cleared line by line', async () => {
    const { guest, asked } = guestOn(new Recorder());
    await cxlPoison.unpoison?.(guest, target);
    const writes = asked.filter(({ op }) => op === 'write').map(({ args }) => args);
    expect(writes).toHaveLength(64);
    expect(writes.at(-1)).toEqual({ path: '/sys/kernel/debug/cxl/mem0/clear_poison', data: '0x221fc0\n' });
  });
});

describe('cxl-event', () => {
  it.each([
    ['general-media', 'cxl-inject-general-media-event', { dpa: 0x221000, log: 'fatal' }],
    ['dram', 'cxl-inject-dram-event', { dpa: 0x221000, log: 'fatal' }],
    ['memory-module', 'cxl-inject-memory-module-event', { 'media-status': 7, log: 'fatal' }],
  ])('%s', async (kind, command, args) => {
    const qemu = new Recorder();
    await cxlEvent.inject(guestOn(qemu).guest, target, { kind, severity: 'fatal' });
    expect(qemu.commands).toEqual([[command, expect.objectContaining({ ...args, 'sub-type': 0 })]]);
  });

  it('says nothing that QEMU 10 does not know', async () => {
    const qemu = new Recorder(10);
    await cxlEvent.inject(guestOn(qemu).guest, target, { kind: 'dram', severity: 'warning' });
    expect(qemu.commands[0]?.[1]).not.toHaveProperty('sub-type');
  });
});

it('none of them is for a machine without CXL devices', () => {
  const routes = poisonRoutes.filter(({ name }) => name.startsWith('cxl-'));
  expect(routes).toHaveLength(3);
  for (const { missing } of routes) {
    expect(missing?.({ accelerator: 'tcg', machine: loadMachine('q35') })).toBe('machine q35 has no CXL devices');
    expect(missing?.({ accelerator: 'tcg', machine: loadMachine('cxl') })).toBeUndefined();
  }
});
