// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { ran, stepTest } from './take-step.ts';

const shutDown = ran(2, '', "ls: reading directory '/mnt': Input/output error\n");
const missing = ran(2, '', "ls: cannot access '/mnt': No such file or directory\n");

it.each([
  ['working', ran(0, 'data\n'), true, '/mnt is working'],
  ['working', shutDown, false, "ls /mnt: exit 2: ls: reading directory '/mnt': Input/output error"],
  ['shut down', shutDown, true, '/mnt is shut down'],
  ['shut down', ran(0, 'data\n'), false, 'ls /mnt: exit 0: data'],
  ['shut down', missing, false, "ls /mnt: exit 2: ls: cannot access '/mnt': No such file or directory"],
  ['working', missing, false, "ls /mnt: exit 2: ls: cannot access '/mnt': No such file or directory"],
])('expects %s: %j', async (expected, reply, ok, seen) => {
  const { take, asked } = stepTest({ run: reply });
  const report = await take(`filesystem: {mount: /mnt, expect: ${expected}}`);
  expect(report).toEqual(ok ? { ok, seen } : { ok, wanted: `/mnt is ${expected}`, seen });
  expect(asked()).toEqual([['run', { argv: ['ls', '/mnt'] }]]);
});
