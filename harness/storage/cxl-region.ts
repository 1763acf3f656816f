// SPDX-License-Identifier: GPL-2.0-only
// A region of a CXL device: its memory gets physical addresses (drivers/cxl/core/region.c). Of persistent memory libnvdimm has a region of the
// same name, on which namespaces are made as on an NVDIMM's (drivers/cxl/pmem.c:cxl_pmem_region_probe, 6.12). Volatile memory is a device of DAX
// (drivers/dax/cxl.c:cxl_dax_region_probe, 6.12).

import { z } from 'zod';
import type { GuestRequest } from '../guest/request.ts';
import { parseSize } from '../host/size.ts';
import { LayerError, layerKind, run } from './layer.ts';

const mebi = 2 ** 20;
/** The kernel makes regions in steps of it (drivers/cxl/core/region.c:size_store, 6.12). */
const step = 256 * mebi;

const schema = z.strictObject({
  name: z
    .string()
    .regex(/^region[01]$/, 'region0 or region1')
    .describe('The name that the kernel gives it: `region0` is on the first CXL device of the machine'),
  type: z
    .enum(['pmem', 'ram'])
    .prefault('pmem')
    .describe('pmem: persistent memory, for namespaces; ram: volatile memory, for `devdax` and `system-ram`'),
  size: z.string().optional().describe('Bytes of the device, in steps of 256M; all its memory of this type by default'),
});

/** Steps look at the events of CXL; what is logged while no step looks is kept in the trace (kernel/trace). */
const traceEvents =
  'mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing; echo 1 > /sys/kernel/tracing/events/cxl/enable';

/** Memory devices are found in any order, so theirs is the serial number. Arguments: serial, root decoder, size, type. */
const create =
  'for m in /sys/bus/cxl/devices/mem*; do test "$(cat $m/serial)" = "$1" && exec cxl create-region -t "$4" -d "$2" -m "${m##*/}" -w 1 -g 256 -s "$3"; done; echo "no CXL device has the serial number $1" >&2; exit 1';

/** A kworker makes what is in sysfs then. */
const appears = 'for n in $(seq 100); do test -e "$1" && exit; sleep 0.1; done; echo "there is no $1" >&2; exit 1';

/** kmem takes a device of volatile memory at once: its memory is to stay offline until a layer says what it is for. */
const beforeVolatile: GuestRequest[] = [
  { op: 'modprobe', args: { modules: ['dax_cxl'] }, why: 'load dax_cxl' },
  {
    op: 'write',
    args: { path: '/sys/devices/system/memory/auto_online_blocks', data: 'offline' },
    why: 'leave new memory offline',
  },
];

const words = { pmem: 'persistent', ram: 'volatile' } as const;

export const cxlRegion = layerKind({
  key: 'cxl-region',
  title: 'A region of memory on a CXL device, for namespaces; or of its volatile memory',
  example: '{name: region0}',
  schema,
  modules: ['cxl_acpi', 'cxl_mem', 'cxl_pci', 'cxl_pmem'],
  missing: ({ machine }) => (machine.cxl === undefined ? `machine ${machine.name} has no CXL devices` : undefined),
  features: ({ type }) => (type === 'ram' ? ['cxl-volatile-region'] : []),
  plan(spec, { stack, cxl = [] }) {
    const index = Number(spec.name.slice('region'.length));
    const device = cxl[index];
    const available = spec.type === 'pmem' ? device?.persistent : device?.volatile;
    if (device === undefined || available === undefined) {
      const count = `${cxl.length === 0 ? 'no' : cxl.length} CXL device${cxl.length === 1 ? '' : 's'}`;
      throw new LayerError(
        `${spec.name} needs ${words[spec.type]} memory on CXL device ${index}; the machine has ${count}`,
      );
    }
    const bytes = spec.size === undefined ? available : (parseSize(spec.size) ?? 0);
    if (bytes <= 0 || bytes % step !== 0 || bytes > available)
      throw new LayerError(`${spec.size ?? ''} is not a size of 256M to ${available / mebi}M in steps of 256M`);
    if (stack.regions.has(spec.name)) throw new LayerError(`two regions have the name ${spec.name}`);
    const dax = `/sys/bus/dax/devices/dax${index}.0`;
    stack.requests.push(
      ...(stack.regions.size === 0 ? [run('trace the events of CXL', 'sh', '-c', traceEvents)] : []),
      ...(spec.type === 'ram' ? beforeVolatile : []),
      script(
        `create ${spec.name}`,
        create,
        ...[`0x${device.serial.toString(16)}`, `decoder0.${index}`, String(bytes), spec.type],
      ),
      spec.type === 'ram'
        ? script(`check that DAX has ${spec.name}`, appears, `${dax}/driver`)
        : script(`check that libnvdimm has ${spec.name}`, appears, `/sys/bus/nd/devices/${spec.name}`),
    );
    stack.regions.set(spec.name, { bytes, type: spec.type });
  },
});

function script(why: string, text: string, ...args: string[]): GuestRequest {
  return run(why, 'sh', '-c', text, 'sh', ...args);
}
