// SPDX-License-Identifier: GPL-2.0-only
// Building a few folders of modules of a stock kernel in a prepared scratch tree.

import { existsSync, lstatSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { LabError, UsageError } from '../host/errors.ts';
import { runProgram, type ProgramOptions } from '../host/program.ts';
import { entriesBelow } from '../host/walk.ts';
import { configDrift } from './config-drift.ts';
import { parseConfig, type Config } from './makefile.ts';

const noteEveryMs = 15_000;

/** What the modules are built with, as it goes into keys. */
export async function compilerVersion(): Promise<string> {
  const first = async (argv: string[]): Promise<string> => (await runProgram(argv)).stdout.split('\n')[0] ?? '';
  return `${await first(['gcc', '--version'])}; ${await first(['ld', '--version'])}`;
}

/**
 * Takes over the stock configuration and builds kbuild's tools.
 * @throws LabError when an option that may change the layout of shared structs would be lost.
 */
export async function prepareTree(tree: string, release: string, signal?: AbortSignal): Promise<Config> {
  const stock = parseConfig(readFileSync(path.join(tree, '.config'), 'utf8'));
  await make(['olddefconfig'], tree, 'the configuration', signal);
  const config = parseConfig(readFileSync(path.join(tree, '.config'), 'utf8'));
  const drift = configDrift(stock, config);
  if (drift.length > 0) {
    throw new LabError(
      'the tools of this machine change the stock configuration: such modules would not fit the kernel',
      {
        hint: drift.map(({ option, was, is }) => `CONFIG_${option}: ${was} became ${is}`).join('\n'),
      },
    );
  }
  await make(['modules_prepare'], tree, 'kbuild’s tools', signal);
  const header = readFileSync(path.join(tree, 'include/generated/utsrelease.h'), 'utf8');
  if (!header.includes(`"${release}"`)) throw new LabError(`the tree calls itself ${header.trim()}, not ${release}`);
  return config;
}

/**
 * Builds one folder and returns its modules, paths below the tree.
 * @throws UsageError with the compiler's message when the series does not compile.
 */
export async function buildFolder(
  folder: string,
  earlier: readonly string[],
  tree: string,
  config: Config,
  options: { progress?: (note: string) => void; signal?: AbortSignal },
): Promise<string[]> {
  const note = options.progress ?? (() => undefined);
  const objects = (): number => filesBelow(tree, folder).filter((file) => /(?<!\.mod)\.o$/.test(file)).length;
  const sources = filesBelow(tree, folder).filter((file) => file.endsWith('.c')).length;
  note(`building ${folder}`);
  const timer = setInterval(() => {
    note(`building ${folder}: ${objects()} of at most ${sources} objects`);
  }, noteEveryMs);
  try {
    // Debug information is not kept, and it takes a third of the time; gendwarfksyms alone reads it.
    const flags = config.has('GENDWARFKSYMS') ? [] : ['KCFLAGS=-g0'];
    const symbols = earlier.map((one) => path.join(tree, one, 'Module.symvers')).filter((file) => existsSync(file));
    const extra = symbols.length === 0 ? [] : [`KBUILD_EXTRA_SYMBOLS=${symbols.join(' ')}`];
    await make(
      [`-j${os.availableParallelism()}`, `M=${folder}`, ...flags, ...extra, 'modules'],
      tree,
      folder,
      options.signal,
    );
  } finally {
    clearInterval(timer);
  }
  return filesBelow(tree, folder).filter((file) => file.endsWith('.ko'));
}

function filesBelow(tree: string, folder: string): string[] {
  return entriesBelow(path.join(tree, folder))
    .map((name) => path.posix.join(folder, name))
    .filter((name) => lstatSync(path.join(tree, name), { throwIfNoEntry: false })?.isFile() === true);
}

async function make(goals: string[], tree: string, what: string, signal?: AbortSignal): Promise<void> {
  const options: ProgramOptions = {
    cwd: tree,
    env: {
      LC_ALL: 'C',
      MAKEFLAGS: '',
      KBUILD_BUILD_TIMESTAMP: '1970-01-01',
      KBUILD_BUILD_USER: 'hazmat',
      KBUILD_BUILD_HOST: 'hazmat',
    },
    accept: [0, 1, 2],
    ...(signal === undefined ? {} : { signal }),
  };
  const { exitCode, stdout, stderr } = await runProgram(['make', '-s', 'ARCH=x86_64', ...goals], options);
  if (exitCode === 0) return;
  const message = compilerMessage(stderr);
  if (message !== undefined) throw new UsageError(`${what} does not compile with this series`, { hint: message });
  throw new LabError(`make ${goals.at(-1) ?? ''} failed for ${what}`, {
    hint: `${stdout}\n${stderr}`.trim().split('\n').slice(-15).join('\n'),
  });
}

/** The first errors in what make and the compiler wrote, each with the lines that show the place; undefined without one. */
export function compilerMessage(stderr: string): string | undefined {
  const lines = stderr.split('\n').filter((line) => !/^make\b.*\*\*\*|^make\[\d+\]: (Entering|Leaving)/.test(line));
  const starts = lines.flatMap((line, index) =>
    /^[\w./-]+:\d+(:\d+)?: (fatal )?error: |^ERROR: modpost: /.test(line) ? [index] : [],
  );
  const shown = starts.slice(0, 3).flatMap((start) => {
    const body = lines.slice(start + 1, start + 6);
    const end = body.findIndex((line) => !/^\s/.test(line));
    const context = /^.*: In function /.test(lines[start - 1] ?? '') ? [lines[start - 1] ?? ''] : [];
    return [...context, lines[start] ?? '', ...body.slice(0, end === -1 ? body.length : end)];
  });
  if (shown.length === 0) return undefined;
  if (starts.length > 3) shown.push(`and ${starts.length - 3} more errors`);
  return shown.join('\n');
}
