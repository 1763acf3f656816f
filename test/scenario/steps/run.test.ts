// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { describeExit } from '../../../harness/scenario/steps/run.ts';
import { ran, stepTest } from './take-step.ts';

it('describes how a program in the guest ended', () => {
  expect(describeExit(ran(0))).toBe('exit 0');
  expect(describeExit(ran(32, '', 'umount: /mnt: target is busy.\n'))).toBe('exit 32: umount: /mnt: target is busy.');
  expect(describeExit({ signal: 9, stdout: '', stderr: '', durationMs: 1 })).toBe('ended by signal 9');
});

it('gives the command to a shell', async () => {
  const { take, asked } = stepTest({ run: ran(0, 'hello\n') });
  expect(await take('run: "echo hello | cat"')).toEqual({ ok: true, seen: 'hello' });
  expect(asked()).toEqual([['run', { argv: ['sh', '-c', 'echo hello | cat'] }]]);
});

it.each([
  ['command: x', ran(0), true, 'exit 0'],
  ['command: x', ran(1, '', 'no'), false, 'exit 1: no'],
  ['command: x, exit: 1', ran(1, '', 'no'), true, 'no'],
  ['command: x, exit: 1', ran(0), false, 'exit 0'],
  ['command: x', { stdout: '', stderr: '', durationMs: 1, signal: 11 }, false, 'ended by signal 11'],
  ['command: x, output: "^[0-9]+ 8$"', ran(0, 'a\n264 8\n'), true, 'a\n264 8'],
  ['command: x, output: "^[0-9]+ 8$"', ran(0, 'a\n264 80\n'), false, 'a\n264 80'],
  ['command: x, output: "^[0-9]+ 8$"', ran(0), false, 'no output'],
  ['command: x, output: "on stderr"', ran(0, '', 'on stderr'), true, 'on stderr'],
  ['command: x, output: "^$"', ran(0, '\n'), true, 'exit 0'],
  ['command: x, output: "^$"', ran(0, '264 8\n'), false, '264 8'],
  ['command: x, output: "^$"', ran(0, '\n264 8\n\n  \n272 8\n'), false, '264 8\n\n  \n272 8'],
  ['command: x, output: "^272 8$"', ran(0, '264 8\n\n272 8\n'), true, '264 8\n\n272 8'],
])('{%s}: %j', async (args, reply, ok, seen) => {
  expect(await stepTest({ run: reply }).take(`run: {${args}}`)).toMatchObject({ ok, seen });
});

it('says what was wanted', async () => {
  const { take } = stepTest({ run: ran(1) });
  expect((await take('run: "false"')).wanted).toBe('`false` exits with 0');
  expect((await take('run: {command: x, exit: 1, output: "y"}')).wanted).toBe('`x` prints /y/');
});
