// SPDX-License-Identifier: GPL-2.0-only
// hazmat kernel: lists the kernels that can be tested, and fetches or builds them ahead of a run.

import { Command } from 'commander';
import { formatSize } from '../host/size.ts';
import { exportKernels, importKernels } from '../kernel/carried.ts';
import { listKernels, type ListedKernel } from '../kernel/list.ts';
import { resolveKernel } from '../kernel/resolve.ts';
import { kernelForms } from '../kernel/spec.ts';
import { configFromOption, configOption } from './options.ts';
import { renderTable } from './plain-table.ts';

export function kernelCommand(): Command {
  const command = new Command('kernel').description('List kernels; fetch or build them ahead of a run.');
  command
    .command('list')
    .description('List the stock kernels: newest package, whether it is in the cache, whether a series can be built.')
    .action(async () => {
      process.stdout.write(renderKernelList(await listKernels()));
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
  command
    .command('export')
    .description('Fetch, patch and build kernels, and write them to a file for machines that only test.')
    .argument('<kernel...>', 'as hazmat run --kernel takes them')
    .requiredOption('-o, --output <file>', 'a .tar, .tar.zst, .tar.xz or .tar.gz')
    .addOption(configOption())
    .addOption(configFromOption())
    .action(async (specs: string[], flags: { config?: string[]; configFrom?: string; output: string }) => {
      const { config = [], configFrom, output } = flags;
      const progress = (note: string): void => void process.stderr.write(`${note}\n`);
      const options = { progress, config, configFromTree: configFrom === 'tree' };
      for (const line of await exportKernels(specs, output, options)) process.stdout.write(`${line}\n`);
    });
  command
    .command('import')
    .description('Put the kernels of such a file into the cache; hazmat run --imported takes them.')
    .argument('<file...>')
    .action(async (files: string[]) => {
      for (const file of files) for (const line of await importKernels(file)) process.stdout.write(`${line}\n`);
    });
  return command;
}

/** What `hazmat kernel list` prints: a table, why a line has no kernel, and the forms of a kernel spec. */
export function renderKernelList(kernels: readonly ListedKernel[]): string {
  const rows = kernels.map(({ line, newest, bytes, hasSource }) => [
    `debian:${line}`,
    newest?.version ?? '-',
    newest?.package ?? '-',
    newest?.suite ?? '-',
    newest === undefined ? 'not available' : bytes === undefined ? 'to be fetched' : `in cache, ${formatSize(bytes)}`,
    seriesWords(line, newest !== undefined, hasSource),
  ]);
  const header = ['KERNEL', 'VERSION', 'PACKAGE', 'SUITE', 'STATE', 'WITH A SERIES'];
  const missing = kernels.flatMap(({ line, unavailable }) =>
    unavailable === undefined ? [] : [`debian:${line}: ${unavailable}`],
  );
  return [
    renderTable([header, ...rows]),
    ...(missing.length === 0 ? [] : [`Not available:\n${missing.join('\n')}\n`]),
    `Forms of a kernel:\n${kernelForms(kernels.map(({ line }) => line))}\n`,
  ].join('\n');
}

/** How a series is built for a line: only its modules on the stock kernel, the whole kernel, or not at all. */
function seriesWords(line: string, isAvailable: boolean, hasSource: boolean): string {
  if (!hasSource) return 'no source package';
  return isAvailable ? `debian:${line}+SERIES` : `source:${line}+SERIES`;
}
