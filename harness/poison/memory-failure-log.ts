// SPDX-License-Identifier: GPL-2.0-only
// What the kernel says of each page that was reported to it: recovered, failed, or lost because its queue was full
// (mm/memory-failure.c:action_result, memory_failure_queue, 6.12).

/** `lost`: the kernel's queue (16 a CPU) was full. Other words are the kernel's own: Recovered, Failed, Ignored, Delayed. */
export type Fate = string;

export const lost: Fate = 'lost';

const patterns = [
  /Memory failure: 0x([0-9a-f]+): recovery action for .*: (\w+)$/gm,
  /buffer overflow when queuing memory failure at 0x([0-9a-f]+)$/gm,
];

/** What became of each page frame, the last word of the kernel. */
export function fatesOf(texts: readonly string[]): Map<number, Fate> {
  const fates = new Map<number, Fate>();
  for (const text of texts) {
    for (const pattern of patterns) {
      for (const [, frame = '', word = lost] of text.matchAll(pattern)) fates.set(parseInt(frame, 16), word);
    }
  }
  return fates;
}
