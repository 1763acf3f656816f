// SPDX-License-Identifier: GPL-2.0-only
// Option values that several commands take.

import { InvalidArgumentError, Option } from 'commander';

/** `--kernel a,b` and `--kernel a --kernel b` alike. An image's MODULES_DIR after a comma stays with its image. */
export function collectKernels(text: string, before: string[] = []): string[] {
  const kernels: string[] = [];
  for (const part of text.split(',')) {
    const last = kernels.at(-1);
    if (last?.startsWith('image:') === true && !last.includes(',') && part.startsWith('/')) {
      kernels[kernels.length - 1] = `${last},${part}`;
    } else if (part !== '') kernels.push(part);
  }
  return [...before, ...kernels];
}

export function positiveInteger(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be a whole number of at least 1.');
  return number;
}

/** `--config kasan,lockdep`, `--config my.config`: for kernels that are built. */
export function configOption(): Option {
  return new Option(
    '-c, --config <words>',
    'for kernels that are built: further layers of kernels/config (kasan, lockdep, debug-vm), files with options, or one whole .config; several with commas',
  ).argParser((text: string, before?: string[]) => [...(before ?? []), ...text.split(',').filter(Boolean)]);
}

/** `--config-from tree` */
export function configFromOption(): Option {
  return new Option('--config-from <where>', 'tree: the .config that lies in the tree:PATH that is built').choices([
    'tree',
  ]);
}
