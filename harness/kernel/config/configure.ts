// SPDX-License-Identifier: GPL-2.0-only
// The configuration of a kernel that we build: layers and files of the user's put on top of tinyconfig, taken over by
// olddefconfig, and checked. `.config` keeps its time when it does not change, or everything would be built again.

import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { InfraError, UsageError } from '../../host/errors.ts';
import { writeWholeFile } from '../../host/atomic-file.ts';
import { contentKey } from '../../host/key.ts';
import type { BuildTree } from '../build/build-tree.ts';
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
} from './config-fragments.ts';
import { readKconfig } from './kconfig.ts';
import { runMake } from '../build/make.ts';
import { parseConfig } from '../build/makefile.ts';

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

export interface ConfigureOptions {
  /** Changes whenever this configuration could come out otherwise: what Kconfig reads of the source, and the compiler. */
  inputs: string;
  progress: (note: string) => void;
  signal?: AbortSignal;
}

/** What was configured last at a build tree, so that a change that concerns no configuration does not wait for one. */
interface Configured {
  key: string;
  /** Key of the .config that came of it. */
  config: string;
  notes: string[];
}

/** Configures a build tree for its kernel's version. @throws UsageError when an option was dropped, InfraError when kconfig itself fails. */
export async function configure(
  buildTree: BuildTree,
  choice: ConfigChoice,
  version: string,
  { inputs, progress, signal }: ConfigureOptions,
): Promise<void> {
  const config = path.join(buildTree.out, '.config');
  const record = path.join(buildTree.folder, 'configured.json');
  const key = contentKey({ inputs, choice: choice.key, version });
  const last = existsSync(record) ? (JSON.parse(readFileSync(record, 'utf8')) as Configured) : undefined;
  if (last?.key === key && existsSync(config) && contentKey(readFileSync(config, 'utf8')) === last.config) {
    for (const note of last.notes) progress(note);
    return;
  }
  const notes = await configureAnew(buildTree, choice, version, {
    config,
    ...(signal === undefined ? {} : { signal }),
  });
  const configured: Configured = { key, config: contentKey(readFileSync(config, 'utf8')), notes };
  writeWholeFile(record, JSON.stringify(configured));
  for (const note of notes) progress(note);
}

/** Makes the .config and returns what a person should know of it. */
async function configureAnew(
  buildTree: BuildTree,
  choice: ConfigChoice,
  version: string,
  { config, signal }: { config: string; signal?: AbortSignal },
): Promise<string[]> {
  const notes: string[] = [];
  const candidate = path.join(buildTree.out, '.config.hazmat');
  const kconfig = async (goal: string): Promise<void> => {
    const goals = [`O=${buildTree.out}`, `KCONFIG_CONFIG=${candidate}`, goal];
    const output = await runMake(goals, { tree: buildTree.tree, ...(signal === undefined ? {} : { signal }) });
    if (output.failed) throw new InfraError(`make ${goal} failed`, { hint: output.explain() });
  };
  rmSync(candidate, { force: true });
  if (!choice.whole) await kconfig('tinyconfig');
  const start = choice.whole ? '' : readFileSync(candidate, 'utf8');
  const wanted = optionsFor(choice.wanted, version);
  writeFileSync(candidate, overlayConfig(start, wanted));
  await kconfig('olddefconfig');
  const text = readFileSync(candidate, 'utf8');
  const check = checkConfig(wanted, parseConfig(text), readKconfig(buildTree.tree), { generated: choice.whole });
  for (const override of choice.overrides) notes.push(`configuration: ${renderOverride(override)}`);
  if (check.absent.length > 0 && !choice.whole) {
    notes.push(`configuration: this version does not have ${check.absent.map(({ option }) => option).join(' ')}`);
  }
  for (const one of check.mayBeDropped) notes.push(`configuration: ${renderDropped(one)} (${one.reason})`);
  if (check.dropped.length > 0) {
    const lines = check.dropped.map(renderDropped);
    // A .config of another version loses options without anybody being wrong: that is told, not refused.
    if (choice.whole) for (const line of lines) notes.push(`warning: ${line}`);
    else
      throw new UsageError(lines[0] ?? '', {
        hint: lines.slice(1).join('\n') || 'Turn that on as well, or leave this out.',
      });
  }
  if (!existsSync(config) || readFileSync(config, 'utf8') !== text) copyFileSync(candidate, config);
  rmSync(candidate, { force: true });
  return notes;
}

/** Whether a file of the source has a say in how a configuration comes out. */
export function isConfigInput(file: string): boolean {
  return (
    file === 'Makefile' ||
    file === 'arch/x86/Makefile' ||
    file.startsWith('scripts/') ||
    /(?:^|\/)Kconfig[^/]*$/.test(file) ||
    /(?:\.config|defconfig)$/.test(file)
  );
}
