// SPDX-License-Identifier: GPL-2.0-only
// poisoned-memory: what the kernel does with the page frames that were poisoned: /proc/kpageflags
// (Documentation/admin-guide/mm/pagemap.rst).

import { z } from 'zod';
import { InfraError } from '../../host/errors.ts';
import { pageBytes } from '../../host/page.ts';
import type { StepContext } from '../step-context.ts';
import { stepKind } from '../step.ts';

const schema = z.strictObject({
  expect: z
    .enum(['out of use', 'good'])
    .describe('out of use: each is marked, and neither free nor on a list nor mapped; good: none is marked'),
});

/** Bits of an entry: what makes a page one that the kernel may hand out, or has handed out (include/uapi/linux/kernel-page-flags.h). */
const inUse: Record<string, bigint> = { lru: 5n, slab: 7n, buddy: 10n, mmap: 11n, 'page-table': 26n };
const hwpoisonBit = 19n;

/** Prints the entry of the page frame that is its argument. */
const readFlags = 'dd if=/proc/kpageflags bs=8 skip="$1" count=1 2>/dev/null | od -An -v -tx8';

export const poisonedMemory = stepKind({
  key: 'poisoned-memory',
  title: 'What the kernel does with the pages of memory that were poisoned before',
  example: 'poisoned-memory: {expect: out of use}',
  acts: false,
  schema,
  label: ({ expect }) => expect,
  async run({ expect }, context) {
    const frames = [...new Set(context.poisoned.map(({ physical }) => Math.floor(physical / pageBytes)))];
    if (frames.length === 0) throw new InfraError('no step has poisoned memory whose place is known');
    const seen: string[] = [];
    let ok = true;
    for (const frame of frames) {
      const flags = await flagsOf(context, frame);
      const isMarked = ((flags >> hwpoisonBit) & 1n) === 1n;
      const uses = Object.keys(inUse).filter((name) => ((flags >> (inUse[name] ?? 0n)) & 1n) === 1n);
      ok &&= expect === 'good' ? !isMarked : isMarked && uses.length === 0;
      seen.push(`0x${frame.toString(16)}: ${[isMarked ? 'hwpoison' : 'not marked', ...uses].join(', ')}`);
    }
    return ok
      ? { ok, seen: seen.join('; ') }
      : { ok, wanted: `every poisoned page is ${expect}`, seen: seen.join('; ') };
  },
});

async function flagsOf({ guest }: StepContext, frame: number): Promise<bigint> {
  const { stdout, stderr } = await guest.request('run', { argv: ['sh', '-c', readFlags, 'sh', String(frame)] });
  if (!/^\s*[0-9a-f]{16}\s*$/.test(stdout))
    throw new InfraError(`/proc/kpageflags has no page ${frame}`, { hint: stderr });
  return BigInt(`0x${stdout.trim()}`);
}
