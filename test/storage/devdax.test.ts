// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { basePlace } from '../../harness/storage/layer.ts';
import { commands, gibi, planStack, mebi, refusal } from './plan-stack.ts';

it('makes a whole NVDIMM a devdax namespace', () => {
  const stack = planStack('- devdax: {name: dax0.0, align: 4K}');
  expect(commands(stack)).toMatchInlineSnapshot(`
    "ndctl create-namespace -f -m devdax -a 4096 -M dev -e namespace0.0
    test -c /dev/dax0.0"
  `);
  expect(stack.devices.get('dax0.0')).toMatchObject({ path: '/dev/dax0.0', kind: 'devdax' });
  expect(basePlace(stack, { device: 'dax0.0', offset: 4096 })).toEqual({ device: 'dax0.0', offset: 4096 });
});

it('maps 2 MiB at once if nothing else is said, and says no more bytes than there are', () => {
  const stack = planStack('- devdax: {name: dax1.0, map: mem}');
  expect(commands(stack).split('\n')[0]).toMatchInlineSnapshot(
    `"ndctl create-namespace -f -m devdax -a 2097152 -M mem -e namespace1.0"`,
  );
  expect(stack.devices.get('dax1.0')?.bytes).toBe(gibi - 4 * mebi);
});

it('refuses what cannot be', () => {
  const refused = [
    '- devdax: {name: dax2.0}',
    '- devdax: {name: dax0.0}\n- devdax: {name: dax0.0}',
    '- namespace: {name: pmem0, size: 256M}\n- devdax: {name: dax0.0}',
  ];
  expect(refused.map((yaml) => refusal(yaml)).join('\n')).toMatchInlineSnapshot(`
    "dax2.0 is on NVDIMM 2, but the machine has 2
    two devices have the name \`dax0.0\`
    dax0.0 needs all of NVDIMM 0, which has another namespace"
  `);
  expect(() => planStack('- devdax: {name: dax0.1}')).toThrow('a name such as dax0.0');
});
