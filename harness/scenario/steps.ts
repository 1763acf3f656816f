// SPDX-License-Identifier: GPL-2.0-only
// The kinds of steps. To add a kind: write its file in steps/ and add a line here.

import type { StepKind } from './step.ts';
import { badblocks } from './steps/badblocks.ts';
import { bind } from './steps/bind.ts';
import { clearError } from './steps/clear-error.ts';
import { cxl } from './steps/cxl.ts';
import { cxlPoisonList } from './steps/cxl-poison-list.ts';
import { data } from './steps/data.ts';
import { directMap } from './steps/direct-map.ts';
import { outcomes } from './steps/outcomes.ts';
import { filesystem } from './steps/filesystem.ts';
import { freeze } from './steps/freeze.ts';
import { fsck } from './steps/fsck.ts';
import { unpoison } from './steps/unpoison.ts';
import { kill } from './steps/kill.ts';
import { log } from './steps/log.ts';
import { mappings } from './steps/mappings.ts';
import { memory } from './steps/memory.ts';
import { mount } from './steps/mount.ts';
import { poison } from './steps/poison.ts';
import { poisonedMemory } from './steps/poisoned-memory.ts';
import { read } from './steps/read.ts';
import { reboot } from './steps/reboot.ts';
import { run } from './steps/run.ts';
import { signals } from './steps/signals.ts';
import { thaw } from './steps/thaw.ts';
import { touch } from './steps/touch.ts';
import { trace } from './steps/trace.ts';
import { unbind } from './steps/unbind.ts';
import { unmount } from './steps/unmount.ts';
import { unplug } from './steps/unplug.ts';
import { fsync } from './steps/fsync.ts';
import { msync } from './steps/msync.ts';
import { truncate } from './steps/truncate.ts';
import { fallocate } from './steps/fallocate.ts';
import { copyFileRange } from './steps/copy-file-range.ts';
import { readMemory } from './steps/read-memory.ts';
import { create } from './steps/create.ts';
import { start } from './steps/start.ts';
import { again } from './steps/again.ts';
import { join } from './steps/join.ts';
import { write } from './steps/write.ts';

export const stepKinds: StepKind<unknown>[] = [
  unbind,
  bind,
  unplug,
  mount,
  unmount,
  freeze,
  thaw,
  create,
  start,
  kill,
  reboot,
  join,
  poison,
  unpoison,
  clearError,
  run,
  touch,
  again,
  read,
  write,
  fsync,
  msync,
  truncate,
  fallocate,
  copyFileRange,
  readMemory,
  signals,
  mappings,
  memory,
  filesystem,
  badblocks,
  cxl,
  cxlPoisonList,
  trace,
  directMap,
  outcomes,
  poisonedMemory,
  data,
  fsck,
  log,
];
