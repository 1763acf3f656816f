// SPDX-License-Identifier: GPL-2.0-only
// What the Kconfig files of a tree define: options with their dependencies, and who selects them.

import type { Expression, Operand } from './kconfig-expression.ts';

const optionTypes = ['bool', 'tristate', 'string', 'int', 'hex'] as const;

export type OptionType = (typeof optionTypes)[number];

/** One `config` entry; an option may have several. */
export interface Definition {
  /** `fs/Kconfig:50` */
  at: string;
  type?: OptionType;
  /** What menuconfig shows; an option without a prompt cannot be set by hand. */
  prompt?: { text: string; when: Expression | undefined };
  /** Its dependencies and those of every if, menu and choice around it. */
  depends: Expression | undefined;
  defaults: { value: Expression; when: Expression | undefined }[];
  selects: { option: string; when: Expression | undefined }[];
  ranges: { low: Operand; high: Operand; when: Expression | undefined }[];
  /** The choice that it is a member of. */
  choice?: Choice | undefined;
}

/** Options of which at most one is y. */
export interface Choice {
  at: string;
  prompt: string;
  members: string[];
}

/** An option that selects another one. */
export interface Selector {
  /** Without CONFIG_. */
  by: string;
  /** Condition of the select, without what the selecting option itself depends on. */
  when: Expression | undefined;
}

export interface Kconfig {
  /** Option without CONFIG_ -> its entries. */
  options: ReadonlyMap<string, readonly Definition[]>;
  selectors: ReadonlyMap<string, readonly Selector[]>;
  /** How many files were read. */
  files: number;
}

/** The type that a word of Kconfig names, if it names one. */
export function optionTypeOf(word: string): OptionType | undefined {
  return optionTypes.find((one) => one === word);
}

/** The type of an option, which may stand in any of its entries. */
export function typeOf(kconfig: Kconfig, option: string): OptionType | undefined {
  return kconfig.options.get(option)?.find(({ type }) => type !== undefined)?.type;
}
