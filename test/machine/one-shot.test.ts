// SPDX-License-Identifier: GPL-2.0-only
// Breakpoints in the code of a real QEMU, whose BIOS is a loop.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { OneShots } from '../../harness/machine/one-shot.ts';
import { goOn, whilePaused } from '../../harness/machine/pause.ts';
import { queryStatus } from '../../harness/machine/queries.ts';
import { vcpuState } from '../../harness/machine/vcpu.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { bareQemu } from './bare-qemu.ts';

/** The last 64 KiB below 4 GiB. */
const biosAddress = 0xffff_0000;

/** Goes to protected mode, and then on and on from `first` to `second` and back. */
const code: [number, number[]][] = [
  // Protected mode: cli; lgdt cs:0xff40; or bit 0 into cr0; far jump to 8:ffffff60.
  [0xff00, [0xfa, 0x2e, 0x66, 0x0f, 0x01, 0x16, 0x40, 0xff, 0x0f, 0x20, 0xc0, 0x0c, 0x01, 0x0f, 0x22, 0xc0]],
  [0xff10, [0x66, 0xea, 0x60, 0xff, 0xff, 0xff, 0x08, 0x00]],
  // Limit and address of the descriptors: none, and flat code.
  [0xff40, [0x0f, 0x00, 0x48, 0xff, 0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0, 0, 0, 0x9b, 0xcf, 0]],
  // nop; inc eax; jmp to the nop.
  [0xff60, [0x90, 0x40, 0xeb, 0xfc]],
  // The reset vector: jmp to 0xff00.
  [0xfff0, [0xe9, 0x0d, 0xff]],
];
const first = BigInt(biosAddress + 0xff60);
const second = first + 1n;
const never = first + 0x10n;

test('reports each address once, and the guest runs on', async () => {
  const bios = Buffer.alloc(0x10000, 0xf4);
  for (const [at, bytes] of code) Buffer.from(bytes).copy(bios, at);
  const file = path.join(temporaryFolder(), 'bios');
  writeFileSync(file, bios);
  const machine = ['-machine', 'pc', '-accel', 'tcg,thread=multi', '-m', '64', '-smp', '2'];
  const qemu = await bareQemu([...machine, '-bios', file, '-S']);

  const reached: bigint[] = [];
  const shots = await OneShots.attach(qemu, (address) => reached.push(address));
  await shots.add([second, never, first]);
  expect(await queryStatus(qemu)).not.toBe('running');
  await goOn(qemu);
  await expect.poll(() => reached.length).toBe(2);
  expect(reached).toEqual([first, second]);
  await expect.poll(() => queryStatus(qemu)).toBe('running');

  // Another one that pauses the guest at the same time.
  const seen = await whilePaused(qemu, async () => {
    await shots.add([first]);
    return vcpuState(qemu, 0);
  });
  expect([first, second, first + 2n]).toContain(seen.rip);
  await expect.poll(() => reached.length).toBe(3);

  await whilePaused(qemu, async () => {
    await shots.add([first]);
    await shots.clear();
  });
  await whilePaused(qemu, () => Promise.resolve());
  expect(await queryStatus(qemu)).toBe('running');
  expect(reached).toEqual([first, second, first]);
  expect(shots.failed).toBeUndefined();
});
