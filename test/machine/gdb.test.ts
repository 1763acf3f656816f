// SPDX-License-Identifier: GPL-2.0-only
// The debugger stub of a real QEMU, whose BIOS is the guest; and packets as the stub sends them.
import { expect, test } from 'vitest';
import { frame, Gdb, parseBreakpoint, parseStop, type WatchHit } from '../../harness/machine/gdb.ts';
import { goOn, whilePaused } from '../../harness/machine/pause.ts';
import { queryStatus } from '../../harness/machine/queries.ts';
import { biosQemu, tickCount } from './bare-qemu.ts';

test('a packet carries its checksum', () => {
  expect(frame('c')).toBe('$c#63');
  expect(frame('Z3,7f0000000000,1000')).toBe('$Z3,7f0000000000,1000#23');
});

test('stop replies of watchpoints', () => {
  expect(parseStop('T05thread:02;rwatch:7fe33fb44000;')).toEqual({ kind: 'read', address: 0x7fe33fb44000n, cpu: 1 });
  expect(parseStop('T05thread:p01.01;awatch:ff138fac4121b000;')).toEqual({
    kind: 'read',
    address: 0xff138fac4121b000n,
    cpu: 0,
  });
  expect(parseStop('T05thread:01;watch:1000;')).toEqual({ kind: 'write', address: 0x1000n, cpu: 0 });
});

test('other stops are none of a watchpoint', () => {
  expect(parseStop('T02thread:01;')).toBeUndefined();
  expect(parseStop('T05thread:01;')).toBeUndefined();
  expect(parseStop('W00')).toBeUndefined();
});

test('stop replies of breakpoints', () => {
  expect(parseBreakpoint('T05thread:02;')).toBe(1);
  expect(parseBreakpoint('T05thread:p01.01;')).toBe(0);
  expect(parseBreakpoint('T05thread:01;watch:1000;')).toBeUndefined();
  expect(parseBreakpoint('T02thread:01;')).toBeUndefined();
});

test('attaching twice gives the same stub, and the guest goes on', async () => {
  const qemu = await biosQemu();
  const gdb = await Gdb.attach(qemu);
  expect(await Gdb.attach(qemu)).toBe(gdb);
  expect(await queryStatus(qemu)).toBe('running');
});

test('registers are read and written, memory is read', async () => {
  const qemu = await biosQemu();
  const gdb = await Gdb.attach(qemu);
  await whilePaused(qemu, async () => {
    const rax = await gdb.register(0, 'rax');
    await gdb.setRegister(0, 'rax', 0x1234_5678n);
    expect(await gdb.register(0, 'rax')).toBe(0x1234_5678n);
    await gdb.setRegister(0, 'rax', rax);
    // The BIOS begins with a far jump (0xea), at the end of 4 GiB.
    expect((await gdb.memory(0, 0xffff_fff0n, 1))?.toString('hex')).toBe('ea');
  });
  expect(await queryStatus(qemu)).toBe('running');
});

test('a watched write stops the guest right after it; unwatched, the guest runs on', async () => {
  const qemu = await biosQemu();
  const gdb = await Gdb.attach(qemu);
  const hits: WatchHit[] = [];
  gdb.onHit((hit) => hits.push(hit));
  // The BIOS counts timer ticks.
  await whilePaused(qemu, () => gdb.watch('write', BigInt(tickCount), 4));
  await expect.poll(() => hits.length).toBe(1);
  expect(hits).toEqual([{ kind: 'write', address: BigInt(tickCount), cpu: 0 }]);
  expect(await queryStatus(qemu)).toBe('debug');
  await gdb.unwatch('write', BigInt(tickCount), 4);
  await goOn(qemu);
  expect(await queryStatus(qemu)).toBe('running');
  expect(hits).toHaveLength(1);
});
