// SPDX-License-Identifier: GPL-2.0-only
// The plan of a run as text, for --dry-run: pure, and needs neither kernels nor QEMU.

import { whenWords } from './background-step.ts';
import { firmwareTables } from '../firmware/firmware-tables.ts';
import { defaultKernel } from '../kernel/default-kernel.ts';
import { kernelCommandLine, qemuArgv, windowBytes } from '../machine/argv.ts';
import { cxlMemories } from '../machine/cxl.ts';
import { hasWindow, whyNotSaved } from '../machine/machine.ts';
import { virtioPmemMemories } from '../machine/virtio-pmem.ts';
import { quoteArgv } from '../host/program.ts';
import type { GuestRequest } from '../guest/request.ts';
import { planGuest, type CellPlan } from '../scenario/plan.ts';

/** What would be done: the cells, the requests of each stage, the steps, and a QEMU command for each machine. */
export function renderPlan(cells: readonly CellPlan[]): string {
  const lines: string[] = [`${cells.length} ${cells.length === 1 ? 'cell' : 'cells'}`, ''];
  const machines = new Map(cells.map(({ of }) => [of.machine.name, of.machine]));
  for (const machine of machines.values()) {
    const argv = qemuArgv({
      machine,
      accelerator: 'tcg',
      tables: firmwareTables(machine.firmware, undefined),
      kernel: 'VMLINUZ',
      initrd: 'INITRAMFS',
      append: kernelCommandLine,
      memory: {
        ram: 'ram',
        nvdimms: machine.nvdimms.map((_, index) => `nvdimm${index}`),
        cxl: cxlMemories(machine).map(({ id }) => id),
        virtioPmem: virtioPmemMemories(machine).map(({ id }) => id),
        ...(hasWindow(machine) ? { window: 'window' } : {}),
      },
      share: true,
      incoming: false,
      sockets: '.',
      console: 'console.log',
    });
    const sizes = [
      ...machine.nvdimms.map(({ size, label }, index) => [String(size + label), `nvdimm${index}`]),
      ...[...cxlMemories(machine), ...virtioPmemMemories(machine)].map(({ id, bytes }) => [String(bytes), id]),
    ].map((argv) => quoteArgv(['truncate', '-s', ...argv]));
    const notSaved = whyNotSaved(machine);
    lines.push(
      `# machine ${machine.name}: ${machine.title}`,
      ...(notSaved === undefined ? [] : [`# Each cell boots a guest of its own: ${notSaved}.`]),
      ...[quoteArgv(['truncate', '-s', String(machine.memory), 'ram']), ...sizes],
      ...(hasWindow(machine)
        ? [
            quoteArgv(['truncate', '-s', String(windowBytes), 'window']),
            '# The ACPI tables HEST and EINJ are added at run time: they hold the address of the window.',
          ]
        : []),
      continued(argv),
      '',
    );
  }
  for (const cell of cells) {
    // What depends on the kernel (mkfs features, which steps are for it) is shown for the version that is named.
    const version = /\d+\.\d+(\.\d+)?/.exec(cell.kernel)?.[0] ?? `${defaultKernel}.0`;
    const needs = planGuest(cell.of, version);
    lines.push(`# ${cell.id}: ${cell.title}`);
    for (const stage of needs.stages) {
      lines.push(...stage.requests.map((request) => `  ${stage.title}: ${describe(request)}`));
    }
    lines.push(
      ...needs.steps.map(
        (step) => `  step: ${step.kind.key} ${step.kind.label(step.args)}${whenWords(step, cell.repeat)}`,
      ),
      '',
    );
  }
  return lines.join('\n');
}

function describe(request: GuestRequest): string {
  return request.op === 'run' ? quoteArgv(request.args.argv) : `${request.op} ${JSON.stringify(request.args)}`;
}

/** One option a line, so that it can be read and pasted. */
function continued(argv: readonly string[]): string {
  const lines: string[][] = [];
  for (const arg of argv) {
    const last = lines.at(-1);
    if (last === undefined || arg.startsWith('-')) lines.push([arg]);
    else last.push(arg);
  }
  return lines.map((line) => quoteArgv(line)).join(' \\\n  ');
}
