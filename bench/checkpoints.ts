// SPDX-License-Identifier: GPL-2.0-only
// Bytes on disk of the checkpoints in the cache, by what they keep.
//   npx tsx bench/checkpoints.ts

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Checkpoints } from '../harness/guest/checkpoints.ts';
import { summary } from './statistics.ts';

const mebi = 2 ** 20;
const { cache, memory } = new Checkpoints();
const kinds = new Map<string, number[]>();
for (const { path: folder, bytes } of cache.entries()) {
  const { chain } = JSON.parse(readFileSync(path.join(folder, 'checkpoint.json'), 'utf8')) as { chain: unknown[] };
  const kind =
    ['booted: RAM, packed', 'first stage: NVDIMMs, packed, and pages'][chain.length] ?? 'later stages: pages';
  kinds.set(kind, [...(kinds.get(kind) ?? []), bytes / mebi]);
}
const all = [...kinds.values()].flat();
for (const [kind, sizes] of kinds) console.log(`${kind.padEnd(40)} MiB: ${summary(sizes, 1)}`);
const total = all.reduce((sum, size) => sum + size, 0);
console.log(`${all.length} checkpoints, ${total.toFixed(0)} MiB, ${(total / all.length).toFixed(1)} MiB each`);
const unpacked = memory.cache.entries().map(({ bytes }) => bytes / mebi);
console.log(`${unpacked.length} unpacked, ${unpacked.reduce((sum, size) => sum + size, 0).toFixed(0)} MiB`);
