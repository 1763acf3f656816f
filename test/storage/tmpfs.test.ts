// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { commands, planStack, refusal } from './plan-stack.ts';

it('is mounted without a device', () => {
  const stack = planStack('- tmpfs: {mount: /memory, size: 8M, mount-options: [huge=always]}');
  expect(commands(stack).split('\n')).toEqual([
    'mkdir -p /memory',
    'mount -t tmpfs -o size=8388608,huge=always tmpfs /memory',
  ]);
  expect(stack.mounts.get('/memory')).toMatchObject({ device: '', type: 'tmpfs' });
});

it.each([
  ['- tmpfs: {mount: /memory, size: much}', '`much` is not a size such as 64M'],
  ['- tmpfs: {mount: /memory}\n- tmpfs: {mount: /memory}', 'two filesystems have the mount point /memory'],
])('is refused: %s', (yaml, why) => expect(refusal(yaml)).toContain(why));
