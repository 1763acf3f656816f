// SPDX-License-Identifier: GPL-2.0-only
// Option values that several commands take.

import path from 'node:path';
import { InvalidArgumentError, Option } from 'commander';
import { checkQemuWord } from '../machine/qemu-program.ts';
import { defaultJobs } from '../run/scheduler.ts';
import { suiteKinds, suiteNamed } from '../suite/suites.ts';

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
  return new Option('-c, --config <words>', 'config of kernels that are built (see below)').argParser(
    (text: string, before?: string[]) => [...(before ?? []), ...text.split(',').filter(Boolean)],
  );
}

/** `--config-from tree` */
export function configFromOption(): Option {
  return new Option('--config-from <where>', 'tree: build tree:PATH with its own .config').choices(['tree']);
}

export function jobsOption(): Option {
  return new Option('-j, --jobs <n>', 'guests that run at the same time')
    .argParser(positiveInteger)
    .default(defaultJobs());
}

export function repeatOption(): Option {
  return new Option('-r, --repeat <n>', 'repetitions of each scenario').argParser(positiveInteger).default(1);
}

export function appendOption(): Option {
  return new Option('--append <words>', 'words to add to the kernel command line');
}

/** `--assume pre-remove`: features of kernels/features.yaml. */
export function assumeOption(): Option {
  return new Option('--assume <features>', 'features that the kernels have, whatever their version').argParser(
    (text: string, before?: string[]) => [...(before ?? []), ...text.split(',').filter(Boolean)],
  );
}

/** `--qemu debian:trixie`: another QEMU than this machine's (machine/qemu-program.ts). */
export function qemuOption(): Option {
  return new Option('--qemu <qemu>', 'host, debian:SUITE (fetched), or a program').argParser((word: string) => {
    checkQemuWord(word);
    return word;
  });
}

/** `--suite xfstests=PATH`: the checkout of a suite, as its setting names it. */
export function suiteOption(): Option {
  return new Option('--suite <name=path>', 'checkout of a suite, such as xfstests=PATH').argParser((text: string) => {
    const [name = '', folder = ''] = text.split(/=(.*)/s);
    const kind = suiteNamed(name);
    if (kind === undefined || folder === '')
      throw new InvalidArgumentError(`Suites: ${suiteKinds.map((one) => `${one.name}=PATH`).join(', ')}.`);
    process.env[kind.setting] = path.resolve(folder);
    return text;
  });
}

export function nameOption(): Option {
  return new Option('--name <name>', 'name of the run in results/');
}

export function freshOption(): Option {
  return new Option('--fresh', 'boot and set up every cell from scratch');
}

export function coverageOption(): Option {
  return new Option('--coverage', 'record what is executed of the kernel (half as fast)').conflicts('reuse');
}
