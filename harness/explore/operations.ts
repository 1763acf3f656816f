// SPDX-License-Identifier: GPL-2.0-only
// The operations that sequences are made of.

import type { Operation } from './operation.ts';
import { badBlock } from './operations/bad-block.ts';
import { copyFileRange } from './operations/copy-file-range.ts';
import { fsync } from './operations/fsync.ts';
import { kill } from './operations/kill.ts';
import { load } from './operations/load.ts';
import { memoryFailure } from './operations/memory-failure.ts';
import { msync } from './operations/msync.ts';
import { punchHole } from './operations/punch-hole.ts';
import { read } from './operations/read.ts';
import { readMemory } from './operations/read-memory.ts';
import { remount } from './operations/remount.ts';
import { remove } from './operations/remove.ts';
import { store } from './operations/store.ts';
import { truncate } from './operations/truncate.ts';
import { write } from './operations/write.ts';
import { zeroRange } from './operations/zero-range.ts';

export const operations: readonly Operation[] = [
  badBlock,
  read,
  write,
  load,
  store,
  punchHole,
  truncate,
  zeroRange,
  copyFileRange,
  readMemory,
  fsync,
  msync,
  memoryFailure,
  kill,
  remount,
  remove,
];
