// SPDX-License-Identifier: GPL-2.0-only
// cspell:ignore beside heal fates
// Names that the scenario language had before, for errors that say the new one.

import type { RenamedKeys } from '../host/yaml/issue.ts';

// Old words, which the project does not use otherwise.
// cspell:disable

/** Keys of the file, of `files` and of `processes`. */
export const oldScenarioKeys: RenamedKeys = {
  about: 'description',
  covers: 'tags',
  'clone-of': 'clone',
  beside: 'interleave',
  map: 'file',
  from: 'page',
  early: 'early-kill',
  'leader-exits': 'exited-leader',
  'child-of': 'parent',
};

export const oldLayerKeys: RenamedKeys = {
  on: ['device', 'devices'],
  at: 'mount',
  from: 'offset',
  cache: 'cache-device',
  log: ['log-device'],
  realtime: 'realtime-device',
};

/** Keys that every step may have. */
export const oldStepCommonKeys: Readonly<Record<string, string>> = { within: 'deadline' };

/** Keys of the steps; the first new name that the step has is meant. */
export const oldStepKeys: RenamedKeys = {
  of: ['file', 'device', 'processes'],
  on: 'device',
  at: 'mount',
  by: 'processes',
  to: 'processes',
  what: 'block',
  physical: 'address',
  gives: ['returns', 'expect'],
  are: 'expect',
  has: 'expect',
  is: 'expect',
  none: 'expect',
  present: 'expect',
  state: 'expect',
  lacks: 'absent',
  how: 'access',
  prints: 'output',
  'bad-blocks': 'badblocks',
  // Keys of poison routes.
  mask: 'param2',
  notify: 'notification',
  'per-record': 'record-size',
  via: 'notification',
};

export const oldStepNames: Readonly<Record<string, string>> = { fates: 'outcomes', heal: 'unpoison' };
