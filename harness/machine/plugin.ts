// SPDX-License-Identifier: GPL-2.0-only
// Builds the poison plugin (qemu/plugin/poison.c) with the host's compiler. The cache keeps it by the hash of its inputs.

import path from 'node:path';
import { contentKey, fileHash } from '../host/key.ts';
import { cacheRoot, projectRoot } from '../host/places.ts';
import { runProgram } from '../host/program.ts';
import { Cache } from '../host/cache.ts';
import { execa } from 'execa';
import { qemuProgram } from './argv.ts';

const source = path.join(projectRoot, 'qemu', 'plugin', 'poison.c');

/** The compiler's command line. */
function pluginCommand(output: string): string[] {
  const flags = ['-shared', '-fPIC', '-fvisibility=hidden', '-O2', '-std=gnu11', '-D_GNU_SOURCE'];
  return ['gcc', ...flags, '-Wall', '-Wextra', '-Werror', '-o', output, source, '-lpthread'];
}

/** The plugin, built again when its source or the compiler has changed. @throws InfraError with the compiler's errors. */
export async function buildPlugin(signal?: AbortSignal): Promise<string> {
  const compiler = (await runProgram(['gcc', '-dumpfullversion', '-dumpmachine'])).stdout.trim();
  const key = contentKey({ source: await fileHash(source), command: pluginCommand('').slice(0, -2), compiler });
  const folder = await new Cache(path.join(cacheRoot(), 'plugin')).ensure(
    key,
    async (part) => {
      await runProgram(pluginCommand(path.join(part, 'poison.so')), {
        env: { LC_ALL: 'C' },
        signal,
      });
    },
    signal,
  );
  return path.join(folder, 'poison.so');
}

/** Whether this QEMU loads the plugin: it may be built without plugins, or for another version of their interface. */
export async function hasPlugins(): Promise<boolean> {
  try {
    // Without the option socket= the plugin reports an error, which it can do only once QEMU has loaded it.
    const argv = ['-machine', 'none', '-nodefaults', '-display', 'none', '-plugin', `file=${await buildPlugin()}`];
    const { stderr } = await execa(qemuProgram, argv, { reject: false, stdin: 'ignore', timeout: 20_000 });
    return stderr.includes('poison plugin: it takes socket=PATH');
  } catch {
    return false;
  }
}
