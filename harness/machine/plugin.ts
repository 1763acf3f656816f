// SPDX-License-Identifier: GPL-2.0-only
// Builds the poison plugin (qemu/plugin/poison.c) with the host's compiler. The cache keeps it by the hash of its inputs.

import path from 'node:path';
import { contentKey, fileHash } from '../host/key.ts';
import { cacheRoot, projectRoot } from '../host/places.ts';
import { runProgram } from '../host/program.ts';
import { Cache } from '../host/cache.ts';
import { execa } from 'execa';
import { isAtLeast, type QemuProgram } from './qemu-program.ts';

const source = path.join(projectRoot, 'qemu', 'plugin', 'poison.c');

/**
 * The version of QEMU's plugin interface that the plugin is built for: 1 up to QEMU 8.2, 2 from 9.0, 7 from 11.1, which takes no
 * older one.
 */
export function pluginInterface(version: string): 1 | 2 | 7 {
  if (isAtLeast(version, [11, 1])) return 7;
  return isAtLeast(version, [9, 0]) ? 2 : 1;
}

/**
 * Whether the plugin makes a CPU leave a REP MOVS at the load, which QEMU itself does up to 9.2: then a machine check in the kernel's copy
 * is recovered from only where the plugin watches for the load, on any machine.
 */
export function leavesLoops(version: string): boolean {
  return pluginInterface(version) >= 7;
}

/** The compiler's command line. */
function pluginCommand(output: string, version: string): string[] {
  const flags = [
    '-shared',
    '-fPIC',
    '-fvisibility=hidden',
    '-O2',
    '-std=gnu11',
    '-D_GNU_SOURCE',
    `-DINTERFACE=${pluginInterface(version)}`,
  ];
  return ['gcc', ...flags, '-Wall', '-Wextra', '-Werror', '-o', output, source, '-lpthread'];
}

/** The plugin for a QEMU, built again when its source or the compiler has changed. @throws InfraError with the compiler's errors. */
export async function buildPlugin({ version }: QemuProgram, signal?: AbortSignal): Promise<string> {
  const compiler = (await runProgram(['gcc', '-dumpfullversion', '-dumpmachine'])).stdout.trim();
  const key = contentKey({
    source: await fileHash(source),
    command: pluginCommand('', version).slice(0, -2),
    compiler,
  });
  const folder = await new Cache(path.join(cacheRoot(), 'plugin')).ensure(
    key,
    async (part) => {
      await runProgram(pluginCommand(path.join(part, 'poison.so'), version), {
        env: { LC_ALL: 'C' },
        signal,
      });
    },
    signal,
  );
  return path.join(folder, 'poison.so');
}

/** Whether this QEMU loads the plugin: it may be built without plugins, or for another version of their interface. */
export async function hasPlugins(qemu: QemuProgram): Promise<boolean> {
  try {
    // Without the option socket= the plugin reports an error, which it can do only once QEMU has loaded it.
    const [program = '', ...words] = qemu.argv;
    const options = [
      '-machine',
      'none',
      '-nodefaults',
      '-display',
      'none',
      '-plugin',
      `file=${await buildPlugin(qemu)}`,
    ];
    const { stderr } = await execa(program, [...words, ...options], {
      reject: false,
      stdin: 'ignore',
      timeout: 20_000,
    });
    return stderr.includes('poison plugin: it takes socket=PATH');
  } catch {
    return false;
  }
}
