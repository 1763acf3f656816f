// SPDX-License-Identifier: GPL-2.0-only
// The configuration of a kernel that we build: layers and files of the user's put on top of tinyconfig, taken over by
// olddefconfig, and checked. `.config` keeps its time when it does not change, or everything would be built again.

import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { LabError, UsageError } from '../host/errors.ts';
import { contentKey } from '../host/key.ts';
import type { Bench } from './bench.ts';
import { checkConfig, renderDropped } from './check-config.ts';
import {
  layerNames,
  mergeConfigFiles,
  optionsFor,
  overlayConfig,
  readConfigFile,
  readLayer,
  renderOverride,
  usualLayers,
  type MergedConfig,
} from './config-layers.ts';
import { readKconfig } from './kconfig.ts';
import { runMake } from './make.ts';
import { parseConfig } from './makefile.ts';

/** What a kernel is to be configured as. */
export interface ConfigChoice extends MergedConfig {
  /** A whole .config of the user's; nothing of ours is in it. */
  whole: boolean;
  /** Part of the key of what is built. */
  key: string;
  /** For a person: `base pmem dax xfs ext4 dm ras kasan`, or the file. */
  words: string;
}

/**
 * Reads what a person chose: names of further layers, files with options to be put on top of the usual layers, or one
 * whole .config in their place.
 * @throws UsageError for a name that is neither, or a line that is none of a .config.
 */
export function chooseConfig(words: readonly string[]): ConfigChoice {
  const names = layerNames();
  const files = words.map((word) => (names.includes(word) ? readLayer(word) : readFile(word, names)));
  const whole = files.filter(({ generated }) => generated);
  const [first] = whole;
  if (first !== undefined && files.length > 1) {
    throw new UsageError(`${first.file} is a whole .config: it can be the only --config`, {
      hint: 'A part of one, with just the options that matter, can be put on top of the usual layers.',
    });
  }
  const usual = first === undefined ? usualLayers.map((name) => readLayer(name)) : [];
  const merged = mergeConfigFiles([...usual, ...files]);
  return {
    ...merged,
    whole: first !== undefined,
    key: contentKey({ whole: first !== undefined, wanted: merged.wanted.map(({ option, value }) => [option, value]) }),
    words: first === undefined ? [...usualLayers, ...words].join(' ') : first.file,
  };
}

function readFile(word: string, names: readonly string[]): ReturnType<typeof readConfigFile> {
  if (!word.includes('/') && !word.includes('.') && !existsSync(word)) {
    throw new UsageError(`'${word}' is neither a configuration layer nor a file`, {
      hint: `Layers: ${names.join(', ')}.`,
    });
  }
  return readConfigFile(path.resolve(word));
}

/** Configures a bench for its kernel's version. @throws UsageError when an option was dropped, LabError when kconfig itself fails. */
export async function configure(
  bench: Bench,
  choice: ConfigChoice,
  version: string,
  options: { progress: (note: string) => void; signal?: AbortSignal },
): Promise<void> {
  const { signal, progress } = options;
  const candidate = path.join(bench.out, '.config.hazmat');
  const kconfig = async (goal: string): Promise<void> => {
    const goals = [`O=${bench.out}`, `KCONFIG_CONFIG=${candidate}`, goal];
    const output = await runMake(goals, { tree: bench.tree, ...(signal === undefined ? {} : { signal }) });
    if (output.failed) throw new LabError(`make ${goal} failed`, { hint: output.explain() });
  };
  rmSync(candidate, { force: true });
  if (!choice.whole) await kconfig('tinyconfig');
  const start = choice.whole ? '' : readFileSync(candidate, 'utf8');
  const wanted = optionsFor(choice.wanted, version);
  writeFileSync(candidate, overlayConfig(start, wanted));
  await kconfig('olddefconfig');
  const text = readFileSync(candidate, 'utf8');
  const check = checkConfig(wanted, parseConfig(text), readKconfig(bench.tree), { generated: choice.whole });
  for (const override of choice.overrides) progress(`configuration: ${renderOverride(override)}`);
  if (check.absent.length > 0 && !choice.whole) {
    progress(`configuration: this version does not have ${check.absent.map(({ option }) => option).join(' ')}`);
  }
  for (const one of check.mayBeDropped) progress(`configuration: ${renderDropped(one)} (${one.reason})`);
  if (check.dropped.length > 0) {
    const lines = check.dropped.map(renderDropped);
    // A .config of another version loses options without anybody being wrong: that is told, not refused.
    if (choice.whole) for (const line of lines) progress(`warning: ${line}`);
    else
      throw new UsageError(lines[0] ?? '', {
        hint: lines.slice(1).join('\n') || 'Turn that on as well, or leave this out.',
      });
  }
  const config = path.join(bench.out, '.config');
  if (!existsSync(config) || readFileSync(config, 'utf8') !== text) copyFileSync(candidate, config);
  rmSync(candidate, { force: true });
}
