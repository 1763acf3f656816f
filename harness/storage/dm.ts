// SPDX-License-Identifier: GPL-2.0-only
// What every device-mapper target has in common: a name, a table, a device node.

import { addDevice, LayerError, run, type Device, type Stack } from './layer.ts';

/** Adds a device-mapper device to a stack. `table`: lines of START LENGTH TARGET ARGS, in sectors. */
export function addDmDevice(
  stack: Stack,
  name: string,
  table: readonly string[],
  device: Pick<Device, 'bytes' | 'below' | 'on'>,
): void {
  if (!/^[\w.-]+$/.test(name)) throw new LayerError(`\`${name}\` is not a device-mapper name`);
  const twice = device.on.find((below, index) => device.on.indexOf(below) !== index);
  if (twice !== undefined) throw new LayerError(`\`${twice}\` is in ${name} twice`);
  stack.requests.push(
    {
      op: 'run',
      // There is no udev in the guest: dmsetup must make the node itself.
      args: { argv: ['dmsetup', 'create', name, '--table', table.join('\n')], env: { DM_DISABLE_UDEV: '1' } },
      why: `create ${name}`,
    },
    run(`see that ${name} is there`, 'test', '-b', `/dev/mapper/${name}`),
  );
  addDevice(stack, { name, path: `/dev/mapper/${name}`, kind: 'dm', ...device });
}
