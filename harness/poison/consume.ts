// SPDX-License-Identifier: GPL-2.0-only
// Poison that stays dormant until something loads it, as in real memory: a process through its mapping (action required, in
// that process), the kernel's copy for read(2) (cut short at the poison), or nothing, if it is written over first. The kernel
// does not know of it beforehand.

import { orGuestDied } from '../guest/or-guest-died.ts';
import { directMapped } from './direct-map.ts';
import { Dormant } from './dormant.ts';
import { leavesLoops } from '../machine/plugin.ts';
import { mappedAt } from './mapped-at.ts';
import { hasPlugin, PhysicalPoison } from './physical.ts';
import { mce } from './mce.ts';
import type { PoisonRoute } from './route.ts';

export const consume: PoisonRoute = {
  name: 'consume',
  title: 'dormant until a load consumes it (watchpoints or a QEMU plugin), then a machine check',
  modules: [],
  throughProcess: false,
  usesPlugin: true,
  missing(environment) {
    const { machine, qemuVersion = '', plugins } = environment;
    if ((machine.plugin !== undefined || leavesLoops(qemuVersion)) && plugins === false)
      return 'this QEMU loads no plugins, or none with this interface';
    return environment.accelerator === 'tcg'
      ? mce.missing?.(environment)
      : 'only TCG can watch a whole page: watchpoints under KVM are those of the CPU, with eight bytes each';
  },
  async inject(guest, { physical, mappers }) {
    return orGuestDied(guest.qemu, async () => {
      if (hasPlugin(guest.qemu)) {
        await (await PhysicalPoison.of(guest)).add(physical);
        return { how: 'dormant until anything loads it (plugin)' };
      }
      const dormant = await Dormant.of(guest);
      const own = await directMapped(guest, physical);
      const mapped = await Promise.all(
        mappers.map(async (mapper) => ({ name: mapper.name, address: await mappedAt(guest, mapper) })),
      );
      await dormant.add(
        physical,
        mapped.map(({ address }) => address),
        own,
      );
      const watched = [...mapped, { name: 'kernel', address: own }];
      return {
        how: `dormant until loaded at ${watched.map(({ name, address }) => `0x${address.toString(16)} (${name})`).join(', ')}`,
      };
    });
  },
  async unpoison(guest, { physical }) {
    const gone = await orGuestDied(guest.qemu, async () =>
      (await (hasPlugin(guest.qemu) ? PhysicalPoison : Dormant).of(guest)).remove(physical),
    );
    return { how: gone ? 'the dormant poison was removed' : 'no dormant poison: it was written over before' };
  },
};
