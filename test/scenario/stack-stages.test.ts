// SPDX-License-Identifier: GPL-2.0-only
// What scenarios share of a stack: the namespaces that come first.
import { expect, it } from 'vitest';
import type { StageRequests } from '../../harness/guest/stage.ts';
import { planStackStages } from '../../harness/scenario/stack-stages.ts';
import { emptyStack, run, type Device, type Stack } from '../../harness/storage/layer.ts';

/** A layer that runs a program and adds a device, or only mounts something. */
function layer(stack: Stack, program: string, device?: Pick<Device, 'name' | 'kind'> & { on?: string }): () => void {
  return () => {
    stack.requests.push(run(program, program));
    if (device === undefined) return;
    const { name, kind, on } = device;
    const below = on === undefined ? undefined : (offset: number) => ({ device: on, offset });
    stack.devices.set(name, {
      name,
      kind,
      path: `/dev/${name}`,
      bytes: 1,
      below,
      devices: on === undefined ? [] : [on],
    });
  };
}

const shown = (stages: readonly StageRequests[]): unknown[] =>
  stages.map(({ title, requests, facts }) => [title, requests.map(({ why }) => why), facts.map(({ name }) => name)]);

it('are the namespaces before anything else, with what is to be known of them', () => {
  const stack = emptyStack();
  const pmem0 = layer(stack, 'one', { name: 'pmem0', kind: 'namespace' });
  const dax1 = layer(stack, 'two', { name: 'dax1.0', kind: 'devdax' });
  const mapped = layer(stack, 'three', { name: 'stripe', kind: 'dm', on: 'pmem0' });
  const mount = layer(stack, 'four');
  expect(shown(planStackStages(stack, [pmem0, dax1, mapped, mount]))).toEqual([
    ['stack', ['one', 'two'], ['pmem0 device', 'pmem0 resource', 'dax1.0 device', 'dax1.0 resource']],
    ['stack', ['three', 'four'], []],
  ]);
  expect(stack.requests.map(({ why }) => why)).toEqual(['one', 'two', 'three', 'four']);
});

it('do not include a namespace that comes after another layer: the order stays', () => {
  const stack = emptyStack();
  const pmem0 = layer(stack, 'one', { name: 'pmem0', kind: 'namespace' });
  const mount = layer(stack, 'two');
  const pmem1 = layer(stack, 'three', { name: 'pmem1', kind: 'namespace' });
  expect(shown(planStackStages(stack, [pmem0, mount, pmem1]))).toEqual([
    ['stack', ['one'], ['pmem0 device', 'pmem0 resource']],
    ['stack', ['two', 'three'], ['pmem1 device', 'pmem1 resource']],
  ]);
});

it('are all of it when there are only namespaces, and nothing without layers', () => {
  const stack = emptyStack();
  expect(planStackStages(stack, [layer(stack, 'one', { name: 'pmem0', kind: 'namespace' })])).toHaveLength(1);
  expect(planStackStages(emptyStack(), [])).toEqual([]);
});
