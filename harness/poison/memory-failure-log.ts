// SPDX-License-Identifier: GPL-2.0-only
// The outcome that the kernel logs for each page reported to it: recovered, failed, or lost because its queue was full
// (mm/memory-failure.c:action_result, memory_failure_queue, 6.12).

/** The kernel's queue (16 entries a CPU) was full. Other outcomes are the kernel's words: Recovered, Failed, Ignored, Delayed. */
export const lost = 'lost';

const patterns = [
  /Memory failure: 0x([0-9a-f]+): recovery action for .*: (\w+)$/gm,
  /buffer overflow when queuing memory failure at 0x([0-9a-f]+)$/gm,
];

/** The outcome of each page frame, the last that was logged. */
export function outcomesOf(texts: readonly string[]): Map<number, string> {
  const outcomes = new Map<number, string>();
  for (const text of texts) {
    for (const pattern of patterns) {
      for (const [, frame = '', word = lost] of text.matchAll(pattern)) outcomes.set(parseInt(frame, 16), word);
    }
  }
  return outcomes;
}
