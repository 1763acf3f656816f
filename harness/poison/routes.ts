// SPDX-License-Identifier: GPL-2.0-only
// The poison routes. To add one: write its file and add a line here.

import { ars } from './ars.ts';
import { badblocks } from './badblocks.ts';
import { cxlAer } from './cxl-aer.ts';
import { cxlEvent } from './cxl-event.ts';
import { cxlPoison } from './cxl-poison.ts';
import { einj } from './einj.ts';
import { ghes } from './ghes.ts';
import { consume } from './consume.ts';
import { hwpoison } from './hwpoison.ts';
import { madvise } from './madvise.ts';
import { mce } from './mce.ts';
import type { PoisonRoute } from './route.ts';

export const poisonRoutes: PoisonRoute[] = [
  ars,
  badblocks,
  consume,
  cxlAer,
  cxlEvent,
  cxlPoison,
  einj,
  ghes,
  hwpoison,
  madvise,
  mce,
];
