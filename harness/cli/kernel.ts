// SPDX-License-Identifier: GPL-2.0-only
// hazmat kernel: what kernels can be had, and fetching them ahead.

import { Command } from 'commander';
import { table } from 'table';
import { formatSize } from '../host/size.ts';
import { listKernels } from '../kernel/list.ts';
import { resolveKernel } from '../kernel/resolve.ts';
import { kernelForms } from '../kernel/spec.ts';
import { configFromOption, configOption } from './options.ts';
import { plainTable } from './plain-table.ts';

export function kernelCommand(): Command {
  const command = new Command('kernel').description('List kernels; fetch and build them in advance.');
  command
    .command('list')
    .description('List every line: newest package, suite, whether it is cached.')
    .action(async () => {
      const rows = (await listKernels()).map((kernel) => [
        `debian:${kernel.line}`,
        kernel.version ?? '-',
        kernel.package ?? '-',
        kernel.suite ?? '-',
        kernel.inCache
          ? `in cache${kernel.bytes === undefined ? '' : `, ${formatSize(kernel.bytes)}`}`
          : (kernel.unavailable ?? 'can be fetched'),
      ]);
      process.stdout.write(table([['KERNEL', 'VERSION', 'PACKAGE', 'SUITE', 'STATE'], ...rows], plainTable));
      process.stdout.write(
        `\nKernels are written as\n${kernelForms(rows.map(([spec = '']) => spec.replace('debian:', '')))}\n`,
      );
    });
  command
    .command('fetch')
    .description('Fetch, patch and build kernels into the cache.')
    .argument('<kernel...>', 'as hazmat run --kernel takes them')
    .addOption(configOption())
    .addOption(configFromOption())
    .action(async (specs: string[], { config = [], configFrom }: { config?: string[]; configFrom?: string }) => {
      for (const spec of specs) {
        const kernel = await resolveKernel(spec, {
          progress: (note) => process.stderr.write(`${note}\n`),
          config,
          configFromTree: configFrom === 'tree',
        });
        process.stdout.write(`${spec}: ${kernel.release}, ${kernel.origin}\n`);
      }
    });
  return command;
}
