// SPDX-License-Identifier: GPL-2.0-only
// memory_failure() for a page frame, through the hwpoison-inject module: nothing has consumed it, nothing needs to map it
// (mm/hwpoison-inject.c:hwpoison_inject, 6.12).

import { writeUnlessLivelock } from '../guest/livelock.ts';
import { pageBytes } from '../host/page.ts';
import type { BoundGuest } from '../guest/live-guest.ts';
import type { Injection, PoisonRoute, PoisonTarget } from './route.ts';

const folder = '/sys/kernel/debug/hwpoison';

export const hwpoison: PoisonRoute = {
  name: 'hwpoison',
  title: 'corrupt-pfn of the hwpoison-inject module',
  modules: ['hwpoison_inject'],
  throughProcess: false,
  async inject(guest, target) {
    return writeFrames(guest, target, `${folder}/corrupt-pfn`);
  },
  unpoison(guest, target) {
    return writeFrames(guest, target, `${folder}/unpoison-pfn`);
  },
};

async function writeFrames(guest: BoundGuest, { physical, length }: PoisonTarget, path: string): Promise<Injection> {
  const frames = Array.from(
    { length: Math.ceil(length / pageBytes) },
    (_, index) => Math.floor(physical / pageBytes) + index,
  );
  const how = `${frames.map((pfn) => `0x${pfn.toString(16)}`).join(', ')} > ${path}`;
  for (const pfn of frames) {
    const { error } = await writeUnlessLivelock(guest, { path, data: `0x${pfn.toString(16)}\n` });
    if (error !== undefined) return { error, how };
  }
  return { how };
}
