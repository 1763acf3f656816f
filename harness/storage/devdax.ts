// SPDX-License-Identifier: GPL-2.0-only
// A namespace in devdax mode, or the volatile memory of a CXL device: a character device, /dev/daxN.0, that processes map directly, without
// a filesystem.

import { z } from 'zod';
import { pageBytes } from '../host/page.ts';
import { addDevice, LayerError, layerKind, regionOf, run, type Stack } from './layer.ts';
import { fsdaxBytes } from './namespace.ts';

const schema = z.strictObject({
  name: z
    .string()
    .regex(/^dax\d+\.0$/, 'a name such as dax0.0')
    .describe('The name that the kernel gives it: `dax0.0` is all of NVDIMM 0'),
  align: z.enum(['4K', '2M']).prefault('2M').describe('Size and alignment of a mapped page'),
  map: z.enum(['dev', 'mem']).prefault('dev').describe('Where the struct pages are: on the device or in RAM'),
});

const alignments = { '4K': pageBytes, '2M': 2 ** 21 };

/** Takes the device from kmem, which has it by now, for device_dax. */
const toDevdax =
  'd=/sys/bus/dax/drivers; if test -e $d/kmem/$1; then echo $1 > $d/kmem/unbind; fi; echo $1 > $d/device_dax/new_id; test -e $d/device_dax/$1';

/** The volatile memory of a CXL device, which is a device of DAX already. */
function planVolatile({ name, align, map }: z.output<typeof schema>, stack: Stack, bytes: number): void {
  if (align !== '2M' || map !== 'dev')
    throw new LayerError(`${name} is volatile memory, which has neither \`align\` nor \`map\``);
  stack.requests.push(
    run(`give ${name} to device_dax`, 'sh', '-c', toDevdax, 'sh', name),
    run(`check that ${name} exists`, 'test', '-c', `/dev/${name}`),
  );
  addDevice(stack, {
    name,
    path: `/dev/${name}`,
    kind: 'devdax',
    bytes,
    below: undefined,
    devices: [],
    nvdimmBytes: bytes,
  });
}

export const devdax = layerKind({
  key: 'devdax',
  title: 'A namespace, or volatile memory, that processes map without a filesystem: /dev/daxN.0',
  example: '{name: dax0.0, align: 2M}',
  schema,
  modules: ['nfit', 'device_dax', 'dax_pmem'],
  plan(spec, context) {
    const { stack } = context;
    const index = /\d+/.exec(spec.name)?.[0] ?? '';
    const volatile = stack.regions.get(`region${index}`);
    if (volatile?.type === 'ram') {
      planVolatile(spec, stack, volatile.bytes);
      return;
    }
    const { what, bytes, all } = regionOf(context, Number(index), spec.name);
    if ([...stack.devices.keys()].some((name) => new RegExp(`^pmem${index}(\\.|s?$)`).test(name))) {
      throw new LayerError(`${spec.name} needs all of ${what}, which has another namespace`);
    }
    const align = String(alignments[spec.align]);
    stack.requests.push(
      run(
        `create namespace ${spec.name}`,
        ...['ndctl', 'create-namespace', '-f', '-m', 'devdax', '-a', align, '-M', spec.map, ...all],
      ),
      run(`check that ${spec.name} exists`, 'test', '-c', `/dev/${spec.name}`),
    );
    addDevice(stack, {
      name: spec.name,
      path: `/dev/${spec.name}`,
      kind: 'devdax',
      bytes: fsdaxBytes(bytes, spec.map),
      below: undefined,
      devices: [],
      nvdimmBytes: bytes,
    });
  },
});
