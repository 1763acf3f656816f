// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { stepTest } from './take-step.ts';

const lines = ['pmem0: first', 'XFS (pmem0): Shutting down\nsecond line', 'last'];

it.each([
  ['expect: "Shutting"', true, 'XFS (pmem0): Shutting down'],
  ['expect: "^second"', true, 'second line'],
  ['expect: "nothing like it"', false, 'none of 4 lines'],
  ['expect: "first.*last"', false, 'none of 4 lines'],
  ['absent: "nothing like it"', true, 'no such line among 4'],
  ['absent: "^second"', false, 'second line'],
  ['expect: "first", absent: "nothing like it"', true, 'pmem0: first'],
  ['expect: "first", absent: "last"', false, 'last'],
  ['expect: "nothing like it", absent: "also not"', false, 'none of 4 lines'],
])('{%s}: %s', async (args, ok, seen) => {
  const { take, fake } = stepTest();
  fake.say(...lines);
  expect(await take(`log: {${args}}`)).toMatchObject({ ok, seen });
});

it('says what was wanted', async () => {
  const { take, fake } = stepTest();
  fake.say(...lines);
  expect((await take('log: {expect: "x+y"}')).wanted).toBe('a line that matches /x+y/');
  expect((await take('log: {absent: "first"}')).wanted).toBe('no line that matches /first/');
});

it('asks the guest first, so that everything logged before has arrived', async () => {
  const { take } = stepTest({
    ping: (_args, guest) => {
      guest.say('the last words');
      return { uptimeMs: 1 };
    },
  });
  expect((await take('log: {expect: "last words"}')).ok).toBe(true);
});
