// SPDX-License-Identifier: GPL-2.0-only
// The stack of a scenario in two stages, so that scenarios with the same namespaces share the first: pure. Making a namespace
// takes long, and its struct pages are most of what a stack writes.

import type { StageRequests } from '../guest/stage.ts';
import { isBase, type Device, type Stack } from '../storage/layer.ts';

/** Plans layers, in order, on an empty stack: the regions and namespaces that come first, then all other layers. */
export function planStackStages(stack: Stack, layers: readonly (() => void)[]): StageRequests[] {
  const namespaces: StageRequests = { title: 'stack', requests: [], facts: [] };
  const others: StageRequests = { title: 'stack', requests: [], facts: [] };
  let stage = namespaces;
  for (const plan of layers) {
    const before = { requests: stack.requests.length, devices: stack.devices.size, regions: stack.regions.size };
    plan();
    const added = [...stack.devices.values()].slice(before.devices);
    const bases = added.filter(isBase);
    const isRegion = stack.regions.size > before.regions;
    if (!isRegion && (bases.length === 0 || bases.length < added.length)) stage = others;
    stage.requests.push(...stack.requests.slice(before.requests));
    stage.facts.push(...bases.flatMap(factsOf));
  }
  return [namespaces, others].filter(({ requests, facts }) => requests.length + facts.length > 0);
}

/** Steps need these later, when the device may be gone: its device on the nd bus, its address. */
export function factsOf({ name, kind }: Pick<Device, 'name' | 'kind'>): StageRequests['facts'] {
  const folder = `/sys/block/${name}/device`;
  if (kind === 'sector') {
    // A BTT device has no address of its own.
    const ofNamespace = `cat /sys/bus/nd/devices/$(cat ${folder}/namespace)/resource`;
    return [
      { name: `${name} device`, argv: ['realpath', folder] },
      { name: `${name} resource`, argv: ['sh', '-c', ofNamespace] },
    ];
  }
  // A devdax namespace is the parent of its device on the dax bus.
  const dax = `/sys/bus/dax/devices/${name}`;
  const [device, resource] = kind === 'devdax' ? [`${dax}/..`, dax] : [folder, folder];
  return [
    { name: `${name} device`, argv: ['realpath', device] },
    { name: `${name} resource`, argv: ['cat', `${resource}/resource`] },
  ];
}
