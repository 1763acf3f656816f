// SPDX-License-Identifier: GPL-2.0-only
// direct-map: whether the kernel has a page in its own map of memory. What a machine check hits is taken out of it, so
// that nothing loads it by speculation (arch/x86/include/asm/set_memory.h:set_mce_nospec), and comes back when it is
// written over (drivers/nvdimm/pmem.c:pmem_mkpage_present).

import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { physicalOf, vcpus } from '../../machine/vcpu.ts';
import { directMapped } from '../../poison/direct-map.ts';
import { dataStart, placeOfPage } from '../../poison/target.ts';
import type { StepContext } from '../step-context.ts';
import { stepKind } from '../step.ts';

const schema = z.strictObject({
  page: z.int().min(0).describe('Page of the file'),
  of: z.string().describe('The file'),
  is: z.enum(['present', 'not present']).describe('Whether the kernel maps it'),
});

/** A CPU in user mode does not see the kernel's map (page table isolation), an idle one does: looks, milliseconds apart. */
const looks = 25;
const betweenMs = 10;

export const directMap = stepKind({
  key: 'direct-map',
  title: 'Whether the kernel has a page in its own map of memory',
  example: 'direct-map: {page: 3, of: /mnt/data, is: not present}',
  acts: false,
  schema,
  names: ({ of }) => ({ files: [of] }),
  label: ({ page, of, is }) => `page ${page} of ${of}: ${is}`,
  async run({ page, of, is }, context) {
    const place = await placeOfPage(context.guest, context.stack, of, page);
    const physical = dataStart(context.facts, place.device) + place.offset;
    const words = `physical 0x${physical.toString(16)}`;
    const seen = (await isMapped(context, physical)) ? 'present' : 'not present';
    return seen === is
      ? { ok: true, seen: `${words} is ${seen}` }
      : { ok: false, wanted: `${words} is ${is} in the direct map`, seen };
  },
});

async function isMapped(context: StepContext, physical: number): Promise<boolean> {
  const address = await directMapped(context.guest, physical);
  for (let look = 0; look < looks; look++) {
    for (const { index } of await vcpus(context.guest.qemu)) {
      if ((await physicalOf(context.guest.qemu, address, index)) === physical) return true;
    }
    await sleep(betweenMs);
  }
  return false;
}
