// SPDX-License-Identifier: GPL-2.0-only
// What `hazmat inject` prints of a guest's answer.

import { expect, it } from 'vitest';
import { replyLines } from '../../harness/cli/inject.ts';

const reply = {
  ok: true,
  notes: [],
  seen: 'page 3 is poisoned',
  signals: ['mapper/1 SIGBUS'],
  log: ['Memory failure: 0x1'],
};

it('says what was seen, the signals and the kernel log, a line each', () => {
  expect(replyLines(reply, 'unbind: pmem0')).toEqual([
    'ok: page 3 is poisoned',
    'signal  mapper/1 SIGBUS',
    'kernel  Memory failure: 0x1',
  ]);
  expect(replyLines({ ...reply, ok: false, log: [], signals: [] }, 'unbind: pmem0')).toEqual([
    'expected: unbind: pmem0; seen: page 3 is poisoned',
  ]);
});

it('shows what would control a terminal, wherever it comes from', () => {
  const hostile = '\x1b]0;title\x07\x1b[31m_\x9b2J\r';
  const lines = replyLines(
    { ...reply, ok: false, wanted: hostile, seen: `${hostile}\n${hostile}`, signals: [hostile], log: [hostile] },
    '',
  );
  expect(lines).toHaveLength(4);
  // eslint-disable-next-line no-control-regex -- control characters are what is looked for
  for (const line of lines) expect(line).not.toMatch(/[\x00-\x1f\x7f-\x9f]/);
  expect(lines[3]).toContain('\\x1b[31m_');
});
