// SPDX-License-Identifier: GPL-2.0-only
// Reads a .config. Pure.

/** Option without CONFIG_ -> its value (`y`, `m`, `"text"`); an option that is not set is not in it. */
export type Config = ReadonlyMap<string, string>;

/** Reads the text of a .config. */
export function parseConfig(text: string): Config {
  return new Map([...text.matchAll(/^CONFIG_(\w+)=(.*)$/gm)].map(([, name = '', value = '']) => [name, value]));
}
