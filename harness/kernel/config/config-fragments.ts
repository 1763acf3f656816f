// SPDX-License-Identifier: GPL-2.0-only
// Reads the config fragments of kernels/config and files of the user, and merges them into one list of wanted options, each
// with the line that it comes from.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../host/errors.ts';
import { projectRoot } from '../../host/places.ts';

/** The config fragments that every built kernel has unless a whole .config is given, in this order. */
export const usualFragments = ['base', 'pmem', 'dax', 'xfs', 'ext4', 'dm', 'ras'] as const;

export interface WantedOption {
  /** Without CONFIG_. */
  option: string;
  /** As in a .config: `y`, `m`, `n`, `250`, `"text"`. */
  value: string;
  /** `kernels/config/dax.config:3` */
  at: string;
  /** Why olddefconfig may drop it, where a fragment says so in a remark. */
  mayBeDropped?: string | undefined;
  /** Only for kernels of these versions: `>=6.12`, `>=6.1 <7.0`. */
  kernels?: string | undefined;
}

export interface ConfigFile {
  /** As shown to a person: `kernels/config/dax.config`. */
  file: string;
  wanted: WantedOption[];
  /** Written by kconfig (a whole .config), not by hand: it also has options that nobody can set. */
  generated: boolean;
}

/** A line that a later one overrides with another value. */
export interface Override {
  was: WantedOption;
  is: WantedOption;
}

export interface MergedConfig {
  /** In the order in which they were first named. */
  wanted: WantedOption[];
  overrides: Override[];
}

const fragmentFolder = path.join(projectRoot, 'kernels/config');
const fragmentFile = /^(.+)\.config$/;
const range = /^(>=|<)\d+\.\d+( (>=|<)\d+\.\d+)*$/;
const value = /^([ymn]|-?\d+|0[xX][\da-fA-F]+|"(?:[^"\\]|\\.)*")$/;

/** The names of the config fragments of a folder, sorted. */
export function fragmentNames(folder = fragmentFolder): string[] {
  return readdirSync(folder)
    .flatMap((name) => fragmentFile.exec(name)?.[1] ?? [])
    .sort();
}

/** Reads a config fragment by name. @throws UsageError that lists the fragments when there is none of that name, or for a bad line. */
export function readFragment(name: string, folder = fragmentFolder): ConfigFile {
  const names = fragmentNames(folder);
  if (!names.includes(name)) {
    throw new UsageError(`there is no config fragment '${name}'`, { hint: `Config fragments: ${names.join(', ')}.` });
  }
  return readConfigFile(path.join(folder, `${name}.config`));
}

/** Reads a fragment or a whole .config. @throws UsageError when there is no such file, or naming a line that is not one of a .config. */
export function readConfigFile(file: string): ConfigFile {
  if (!existsSync(file))
    throw new UsageError(`there is no file ${file}`, { hint: 'Give a .config, or a part of one.' });
  const relative = path.relative(projectRoot, path.resolve(file));
  return parseConfigFile(readFileSync(file, 'utf8'), relative.startsWith('..') ? file : relative);
}

/**
 * Parses the text of a fragment or of a whole .config. Pure. Two comments directly above an option are remarks about it:
 * `# kernels: >=6.12` (other versions do without it) and `# may be dropped: why`.
 * @throws UsageError naming file and line.
 */
export function parseConfigFile(text: string, file: string): ConfigFile {
  const wanted: WantedOption[] = [];
  let remarks: Pick<WantedOption, 'mayBeDropped' | 'kernels'> = {};
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trimEnd();
    const at = `${file}:${index + 1}`;
    const [, word, remark = ''] = /^# (kernels|may be dropped):\s*(.*)$/.exec(line) ?? [];
    if (word === 'kernels' && !range.test(remark)) {
      throw new UsageError(`'${remark}' is not a range of versions`, {
        at,
        hint: 'Write >=6.12, <7.0, or both.',
      });
    }
    if (word !== undefined) {
      remarks = { ...remarks, [word === 'kernels' ? 'kernels' : 'mayBeDropped']: remark };
      continue;
    }
    const parsed = parseLine(line, at);
    if (parsed !== undefined) {
      wanted.push({ ...parsed, at, ...remarks });
      remarks = {};
    } else if (Object.keys(remarks).length > 0) {
      throw new UsageError('a remark such as "kernels:" must stand directly above its option', { at });
    }
  }
  return { file, wanted, generated: text.includes('# Automatically generated file; DO NOT EDIT.') };
}

/** An option with its value; undefined for an empty line or a comment. */
function parseLine(line: string, at: string): { option: string; value: string } | undefined {
  const unset = /^# CONFIG_(\w+) is not set$/.exec(line)?.[1];
  if (unset !== undefined) return { option: unset, value: 'n' };
  if (line === '' || line.startsWith('#')) return undefined;
  const set = /^CONFIG_(\w+)=(.*)$/.exec(line);
  if (set?.[1] !== undefined && set[2] !== undefined && value.test(set[2])) return { option: set[1], value: set[2] };
  throw new UsageError(`this is not a line of a .config: ${line}`, { at, hint: advice(line) });
}

function advice(line: string): string {
  const loose = /^\s*(?:CONFIG_)?(\w+)\s*=\s*(.*?)\s*(?:#.*)?$/.exec(line);
  if (loose === null) return 'Write CONFIG_NAME=y, CONFIG_NAME="text", or # CONFIG_NAME is not set.';
  const [, name = '', raw = ''] = loose;
  const good = value.test(raw) ? raw : /^[YMN]$/.test(raw) ? raw.toLowerCase() : `"${raw.replaceAll('"', '')}"`;
  return `Write CONFIG_${name}=${good}; a comment needs a line of its own.`;
}

/** Merges files in their order: a later line overrides an earlier one, and those with another value are listed. Pure. */
export function mergeConfigFiles(files: readonly ConfigFile[]): MergedConfig {
  const wanted = new Map<string, WantedOption>();
  const overrides: Override[] = [];
  for (const is of files.flatMap((one) => one.wanted)) {
    const was = wanted.get(is.option);
    if (was !== undefined && was.value !== is.value) overrides.push({ was, is });
    wanted.set(is.option, is);
  }
  return { wanted: [...wanted.values()], overrides };
}

/**
 * Leaves out the options that a fragment wants only for other versions. Pure.
 * @param version as in the tree's Makefile; what comes after the second number does not count: `6.12`, `7.3.0-rc7`
 */
export function optionsFor(wanted: readonly WantedOption[], version: string): WantedOption[] {
  const weight = (text: string): number => {
    const [major = 0, minor = 0] = (/\d+\.\d+/.exec(text)?.[0] ?? '').split('.').map(Number);
    return major * 1000 + minor;
  };
  const holds = (one: string): boolean =>
    one.startsWith('<') ? weight(version) < weight(one) : weight(version) >= weight(one);
  return wanted.filter(({ kernels }) => kernels === undefined || kernels.split(' ').every(holds));
}

/** An override, for a person. */
export function renderOverride({ was, is }: Override): string {
  return `CONFIG_${is.option}=${is.value} (${is.at}) overrides CONFIG_${was.option}=${was.value} (${was.at})`;
}

/** A line of a .config. */
function configLine({ option, value: is }: Pick<WantedOption, 'option' | 'value'>): string {
  return is === 'n' ? `# CONFIG_${option} is not set` : `CONFIG_${option}=${is}`;
}

/**
 * The text of a .config with the wanted options in place of its own, for `make olddefconfig`. They come last: of a
 * choice the last member that is y wins.
 */
export function overlayConfig(config: string, wanted: readonly WantedOption[]): string {
  const names = new Set(wanted.map(({ option }) => option));
  const kept = config.split('\n').filter((line) => {
    const [, set, unset] = /^(?:CONFIG_(\w+)=|# CONFIG_(\w+) is not set$)/.exec(line) ?? [];
    return !names.has(set ?? unset ?? '');
  });
  return `${kept.join('\n').trimEnd()}\n${wanted.map((one) => `${configLine(one)}\n`).join('')}`;
}
