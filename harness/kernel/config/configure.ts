// SPDX-License-Identifier: GPL-2.0-only
// Configures a build tree: the wanted options on top of tinyconfig, completed by olddefconfig, and checked. `.config` keeps
// its time when it does not change, because make would build everything again.

import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { UsageError } from '../../host/errors.ts';
import { readJsonFileIfWhole } from '../../host/json-file.ts';
import { writeWholeFile } from '../../host/atomic-file.ts';
import { contentKey } from '../../host/key.ts';
import type { BuildTree } from '../build/build-tree.ts';
import { makeGoal } from '../build/make.ts';
import { checkConfig, renderDropped } from './check-config.ts';
import type { ConfigChoice } from './choose-config.ts';
import { optionsFor, overlayConfig, renderOverride } from './config-fragments.ts';
import { parseConfig } from '../dot-config.ts';
import { readKconfig } from './kconfig.ts';

export interface ConfigureOptions {
  /** Key of all that decides how a configuration comes out: what Kconfig reads of the source, and the compiler. */
  inputs: string;
  progress?: ((note: string) => void) | undefined;
  signal?: AbortSignal | undefined;
}

/** configured.json of a build tree: its last configuration, so that it is made again only when something about it changes. */
const configuredSchema = z.object({
  key: z.string(),
  /** Key of the .config that was the result. */
  config: z.string(),
  notes: z.array(z.string()),
});

/**
 * Configures a build tree.
 * @param version of the kernel, as in the tree's Makefile
 * @throws UsageError naming an option that was dropped and why, InfraError when kconfig itself fails.
 */
export async function configure(
  buildTree: BuildTree,
  choice: ConfigChoice,
  version: string,
  { inputs, progress, signal }: ConfigureOptions,
): Promise<void> {
  const config = path.join(buildTree.out, '.config');
  const record = path.join(buildTree.folder, 'configured.json');
  const key = contentKey({ inputs, choice: choice.key, version });
  const last = readJsonFileIfWhole(record, configuredSchema);
  if (last?.key === key && existsSync(config) && contentKey(readFileSync(config, 'utf8')) === last.config) {
    for (const note of last.notes) progress?.(note);
    return;
  }
  const notes = await makeConfig(buildTree, choice, version, { config, signal });
  const configured: z.infer<typeof configuredSchema> = { key, config: contentKey(readFileSync(config, 'utf8')), notes };
  writeWholeFile(record, JSON.stringify(configured), { makeFolders: true });
  for (const note of notes) progress?.(note);
}

/** Makes the .config; returns what a person should know about it. */
async function makeConfig(
  buildTree: BuildTree,
  choice: ConfigChoice,
  version: string,
  { config, signal }: { config: string; signal: AbortSignal | undefined },
): Promise<string[]> {
  const notes: string[] = [];
  const candidate = path.join(buildTree.out, '.config.hazmat');
  const kconfig = (goal: string): Promise<void> =>
    makeGoal([`O=${buildTree.out}`, `KCONFIG_CONFIG=${candidate}`, goal], { tree: buildTree.tree, signal });
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
    // A whole .config of another version may lose options and still be what was wanted: a warning, not an error.
    if (choice.whole) for (const line of lines) notes.push(`warning: ${line}`);
    else
      throw new UsageError(lines[0] ?? '', {
        hint: lines.slice(1).join('\n') || 'Turn on what it depends on, or leave the option out.',
      });
  }
  if (!existsSync(config) || readFileSync(config, 'utf8') !== text) copyFileSync(candidate, config);
  rmSync(candidate, { force: true });
  return notes;
}

/** Whether a file of the source can change how a configuration comes out. */
export function isConfigInput(file: string): boolean {
  return (
    file === 'Makefile' ||
    file === 'arch/x86/Makefile' ||
    file.startsWith('scripts/') ||
    /(?:^|\/)Kconfig[^/]*$/.test(file) ||
    /(?:\.config|defconfig)$/.test(file)
  );
}
