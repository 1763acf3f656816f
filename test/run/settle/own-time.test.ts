// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { OwnTime } from '../../../harness/run/settle/own-time.ts';

const task = (name: string) => ({ task: name, title: name });

test('the time of shared tasks does not count, once however many run', () => {
  const time = new OwnTime();
  time.add({ type: 'task-started', ...task('kernel 6.12') }, 0);
  time.add({ type: 'cell-started', id: 'a' }, 100);
  time.add({ type: 'task-started', ...task('boot 6.12 one-nvdimm') }, 200);
  time.add({ type: 'task-ended', ...task('kernel 6.12'), ok: true, durationMs: 300 }, 300);
  time.add({ type: 'task-ended', ...task('boot 6.12 one-nvdimm'), ok: true, durationMs: 800 }, 1000);
  time.add({ type: 'task-started', ...task('set up stack of a on 6.12') }, 1000);
  time.add({ type: 'cell-started', id: 'b' }, 1100);
  time.add({ type: 'task-ended', ...task('set up stack of a on 6.12'), ok: true, durationMs: 500 }, 1500);
  expect(time.end('a', 1600)).toBe(600);
  expect(time.end('b', 1600)).toBe(500);
  expect(time.end('a', 1600)).toBeUndefined();
});
