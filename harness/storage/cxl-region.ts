// SPDX-License-Identifier: GPL-2.0-only
// A region of a CXL device: its memory gets physical addresses (drivers/cxl/core/region.c), and libnvdimm a region of the same name, on
// which namespaces are made as on an NVDIMM's (drivers/cxl/pmem.c:cxl_pmem_region_probe, 6.12).

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
  size: z.string().optional().describe('Bytes of the device, in steps of 256M; all its persistent memory by default'),
});

/** Steps look at the events of CXL; what is logged while no step looks is kept in the trace (kernel/trace). */
const traceEvents =
  'mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing; echo 1 > /sys/kernel/tracing/events/cxl/enable';

/** Memory devices are found in any order, so theirs is the serial number. Arguments: serial, root decoder, size. */
const create =
  'for m in /sys/bus/cxl/devices/mem*; do test "$(cat $m/serial)" = "$1" && exec cxl create-region -t pmem -d "$2" -m "${m##*/}" -w 1 -g 256 -s "$3"; done; echo "no CXL device has the serial number $1" >&2; exit 1';

/** libnvdimm is notified by a kworker. */
const appears =
  'for n in $(seq 100); do test -e "/sys/bus/nd/devices/$1" && exit; sleep 0.1; done; echo "libnvdimm has no $1" >&2; exit 1';

export const cxlRegion = layerKind({
  key: 'cxl-region',
  title: 'A region of persistent memory on a CXL device, for namespaces',
  example: '{name: region0}',
  schema,
  modules: ['cxl_acpi', 'cxl_mem', 'cxl_pci', 'cxl_pmem'],
  missing: ({ machine }) => (machine.cxl === undefined ? `machine ${machine.name} has no CXL devices` : undefined),
  plan(spec, { stack, cxl = [] }) {
    const index = Number(spec.name.slice('region'.length));
    const { persistent, serial = 0 } = cxl[index] ?? {};
    if (persistent === undefined) {
      const count = `${cxl.length === 0 ? 'no' : cxl.length} CXL device${cxl.length === 1 ? '' : 's'}`;
      throw new LayerError(`${spec.name} needs persistent memory on CXL device ${index}; the machine has ${count}`);
    }
    const bytes = spec.size === undefined ? persistent : (parseSize(spec.size) ?? 0);
    if (bytes <= 0 || bytes % step !== 0 || bytes > persistent)
      throw new LayerError(`${spec.size ?? ''} is not a size of 256M to ${persistent / mebi}M in steps of 256M`);
    if (stack.regions.has(spec.name)) throw new LayerError(`two regions have the name ${spec.name}`);
    stack.requests.push(
      ...(stack.regions.size === 0 ? [run('trace the events of CXL', 'sh', '-c', traceEvents)] : []),
      script(`create ${spec.name}`, create, `0x${serial.toString(16)}`, `decoder0.${index}`, String(bytes)),
      script(`check that libnvdimm has ${spec.name}`, appears, spec.name),
    );
    stack.regions.set(spec.name, bytes);
  },
});

function script(why: string, text: string, ...args: string[]): GuestRequest {
  return run(why, 'sh', '-c', text, 'sh', ...args);
}
