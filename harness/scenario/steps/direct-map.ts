// SPDX-License-Identifier: GPL-2.0-only
// direct-map: whether the kernel's direct map has a page. A machine check takes its page out, so that no speculative load
// reaches it (arch/x86/include/asm/set_memory.h:set_mce_nospec); writing over the page brings it back
// (drivers/nvdimm/pmem.c:pmem_mkpage_present).

import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { physicalOf, vcpus } from '../../machine/vcpu.ts';
import { directMapped } from '../../poison/direct-map.ts';
import { dataStart, placeOfPage } from '../../poison/target.ts';
import { fileKey, pageKey } from '../keys.ts';
import type { StepContext } from '../step-context.ts';
import { stepKind } from '../step.ts';

const schema = z.strictObject({
  page: pageKey,
  file: fileKey,
  expect: z.enum(['present', 'not present']).describe('Whether the kernel maps the page'),
});

/** A CPU in user mode does not see the direct map (page table isolation), an idle one does: looks, milliseconds apart. */
const looks = 25;
const betweenMs = 10;

export const directMap = stepKind({
  key: 'direct-map',
  title: "Whether the kernel's direct map has a page",
  example: 'direct-map: {page: 3, file: /mnt/data, expect: not present}',
  acts: false,
  schema,
  names: ({ file }) => ({ files: [file] }),
  label: ({ page, file, expect }) => `page ${page} of ${file}: ${expect}`,
  async run({ page, file, expect }, context) {
    const place = await placeOfPage(context.guest, context.stack, file, page);
    const physical = dataStart(context.facts, place.device) + place.offset;
    const words = `physical 0x${physical.toString(16)}`;
    const seen = (await isMapped(context, physical)) ? 'present' : 'not present';
    return seen === expect
      ? { ok: true, seen: `${words} is ${seen}` }
      : { ok: false, wanted: `${words} is ${expect} in the direct map`, seen };
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
