// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { parseScenario } from '../../harness/scenario/load.ts';
import { commands, planStack, refusal } from './plan-stack.ts';

it('sets huge pages apart, and is mounted without a device', () => {
  const stack = planStack('- hugetlbfs: {mount: /huge, huge-pages: 2}');
  expect(stack.requests[0]).toMatchObject({ op: 'write', args: { data: '2' } });
  expect(commands(stack)).toContain('mount -t hugetlbfs -o pagesize=2M hugetlbfs /huge');
  expect(stack.mounts.get('/huge')).toMatchObject({ device: '', type: 'hugetlbfs' });
});

it('takes one mount point once', () =>
  expect(refusal('- hugetlbfs: {mount: /huge}\n- hugetlbfs: {mount: /huge}')).toContain(
    'two filesystems have the mount point /huge',
  ));

it.each([
  ['{pages: 512}', 'cannot be written'],
  ['{pages: 8, content: hole}', 'a multiple of 512'],
])('refuses a file that hugetlbfs cannot have: %s', (file, why) => {
  const text = `title: Huge\nstack:\n  - hugetlbfs: {mount: /huge}\nfiles:\n  /huge/data: ${file}\nsteps:\n  - data: /huge/data\n`;
  expect(() => parseScenario(text, 'huge.yaml')).toThrow(why);
});
