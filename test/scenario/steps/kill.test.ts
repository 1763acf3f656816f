// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { stepTest } from './take-step.ts';

it.each([
  ['mappers', ['mappers/1', 'mappers/2']],
  ['[mappers, other]', ['mappers/1', 'mappers/2', 'other/1']],
])('ends every process of %s', async (groups, processes) => {
  const { take, asked } = stepTest({ kill: { status: 'signal 9 SIGKILL' } });
  expect(await take(`kill: ${groups}`)).toEqual({
    ok: true,
    seen: processes.map((process) => `${process}: signal 9 SIGKILL`).join('; '),
  });
  expect(asked()).toEqual(processes.map((process) => ['kill', { process }]));
});

it('sends another signal', async () => {
  const { take, asked } = stepTest({ kill: { status: 'lives on' } });
  expect(await take('kill: {processes: [other, part], signal: SIGSTOP}')).toEqual({
    ok: true,
    seen: 'other/1: lives on; part/1: lives on',
  });
  expect(asked()).toEqual(['other/1', 'part/1'].map((process) => ['kill', { process, signal: 19 }]));
  await expect(take('kill: {processes: other, signal: SIGBUS}')).rejects.toThrow('SIGKILL, SIGTERM');
});
