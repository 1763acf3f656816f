// SPDX-License-Identifier: GPL-2.0-only
// From the words after --config to the configuration of a kernel that is built: config fragments and files of the user on top
// of the usual fragments, or one whole .config.

import { existsSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../../host/errors.ts';
import { contentKey } from '../../host/key.ts';
import {
  fragmentNames,
  mergeConfigFiles,
  readConfigFile,
  readFragment,
  usualFragments,
  type ConfigFile,
  type MergedConfig,
} from './config-fragments.ts';
import type { Config } from '../dot-config.ts';

/** The configuration that a kernel is to be built with. */
export interface ConfigChoice extends MergedConfig {
  /** A whole .config of the user, used without any config fragment. */
  whole: boolean;
  /** Part of the key of what is built. */
  key: string;
  /** For a person: `base pmem dax xfs ext4 dm ras kasan`, or the file. */
  words: string;
}

/**
 * Reads what a person chose.
 * @param words names of further config fragments, files with options to be put on top of the usual fragments, or one whole
 * .config in their place
 * @throws UsageError for a word that is neither a fragment nor a file, or a line that is not one of a .config.
 */
export function chooseConfig(words: readonly string[]): ConfigChoice {
  const names = fragmentNames();
  const files = words.map((word) => (names.includes(word) ? readFragment(word) : readFile(word, names)));
  const whole = files.find(({ generated }) => generated);
  if (whole !== undefined && files.length > 1) {
    throw new UsageError(`${whole.file} is a whole .config: it must be the only --config`, {
      hint: 'A file with only the options that matter can be put on top of the usual config fragments.',
    });
  }
  const usual = whole === undefined ? usualFragments.map((name) => readFragment(name)) : [];
  const merged = mergeConfigFiles([...usual, ...files]);
  const options = merged.wanted.map(({ option, value }) => [option, value]);
  return {
    ...merged,
    whole: whole !== undefined,
    key: contentKey({ whole: whole !== undefined, wanted: options }),
    words: whole === undefined ? [...usualFragments, ...words].join(' ') : whole.file,
  };
}

/** The wanted options as a .config; olddefconfig may drop some and add others. */
export function wantedConfig({ wanted }: Pick<ConfigChoice, 'wanted'>): Config {
  return new Map(wanted.map(({ option, value }) => [option, value]));
}

function readFile(word: string, names: readonly string[]): ConfigFile {
  if (!word.includes('/') && !word.includes('.') && !existsSync(word)) {
    throw new UsageError(`'${word}' is neither a config fragment nor a file`, {
      hint: `Config fragments: ${names.join(', ')}.`,
    });
  }
  return readConfigFile(path.resolve(word));
}
