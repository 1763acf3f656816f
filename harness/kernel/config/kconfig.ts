// SPDX-License-Identifier: GPL-2.0-only
// Reads the Kconfig files of a kernel tree for x86, far enough to say of an option whether this version has it, what it
// depends on and who selects it (Documentation/kbuild/kconfig-language.rst). It decides nothing: `make olddefconfig` does.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { InfraError } from '../../host/errors.ts';
import {
  allOf,
  operandOf,
  parseExpression,
  tokens,
  type Expression,
  type Operand,
  type Token,
} from './kconfig-expression.ts';

export type OptionType = 'bool' | 'tristate' | 'string' | 'int' | 'hex';

/** One `config` entry; an option may have several. */
export interface Definition {
  /** `fs/Kconfig:50` */
  at: string;
  type?: OptionType;
  /** What menuconfig shows; without one a person cannot set the option. */
  prompt?: { text: string; when: Expression | undefined };
  /** Own dependencies and those of every if, menu and choice around. */
  depends: Expression | undefined;
  defaults: { value: Expression; when: Expression | undefined }[];
  selects: { option: string; when: Expression | undefined }[];
  ranges: { low: Operand; high: Operand; when: Expression | undefined }[];
  choice?: Choice;
}

/** Of these options at most one is y. */
interface Choice {
  at: string;
  prompt: string;
  members: string[];
}

interface Selector {
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

/** What surrounds an entry. */
interface Block {
  kind: 'if' | 'menu' | 'choice' | 'file';
  depends: Expression | undefined;
  visible: Expression | undefined;
  choice?: Choice;
}

type Open = { kind: 'config'; definition: Definition } | { kind: 'block'; block: Block } | { kind: 'comment' };

const variables: Record<string, string> = { ARCH: 'x86', SRCARCH: 'x86', HEADER_ARCH: 'x86' };
const types = new Set(['bool', 'tristate', 'string', 'int', 'hex']);

/**
 * Reads a tree from its top Kconfig file on.
 * @param tree folder of the source
 * @throws InfraError naming file and line of what cannot be read.
 */
export function readKconfig(tree: string): Kconfig {
  const options = new Map<string, Definition[]>();
  const selectors = new Map<string, Selector[]>();
  let files = 0;
  const blocks: Block[] = [];

  const read = (file: string, from: string): void => {
    const place = path.join(tree, file);
    if (!existsSync(place)) throw new InfraError(`${file} is not there`, { at: from, hint: `The tree is ${tree}.` });
    files += 1;
    new FileReader(file, readFileSync(place, 'utf8'), { blocks, options, selectors, read }).run();
  };
  read('Kconfig', tree);
  return { options, selectors, files };
}

interface Shared {
  blocks: Block[];
  options: Map<string, Definition[]>;
  selectors: Map<string, Selector[]>;
  read: (file: string, from: string) => void;
}

/** One file, line by line. */
class FileReader {
  readonly #file: string;
  readonly #shared: Shared;
  readonly #lines: readonly string[];
  #index = 0;
  #open: Open | undefined;
  /** Index of the first line of the statement in hand. */
  #start = 0;

  constructor(file: string, text: string, shared: Shared) {
    this.#file = file;
    this.#shared = shared;
    this.#lines = text.split('\n');
  }

  run(): void {
    while (this.#index < this.#lines.length) {
      this.#start = this.#index;
      let line = this.#lines[this.#index] ?? '';
      while (line.endsWith('\\') && this.#index + 1 < this.#lines.length) {
        this.#index += 1;
        line = line.slice(0, -1) + (this.#lines[this.#index] ?? '');
      }
      this.#index += 1;
      if (/^\s*(#|$)/.test(line)) continue;
      // Assignments and calls such as $(error-if,...) say nothing of options.
      if (/^([\w-]+\s*(:=|\+=|=)|\$\()/.test(line)) continue;
      if (/^\s*(---)?help(---)?\s*$/.test(line)) {
        this.#skipHelp();
        continue;
      }
      const list = tokens(expand(line));
      const [first, ...rest] = list ?? [];
      if (first?.kind !== 'word') throw this.#fault(line);
      if (!this.#statement(first.text, rest) && !this.#attribute(first.text, rest)) throw this.#fault(line);
    }
  }

  #at(): string {
    return `${this.#file}:${this.#start + 1}`;
  }

  #fault(line: string): InfraError {
    return new InfraError(`this line of Kconfig is not understood: ${line.trim()}`, { at: this.#at() });
  }

  /** Help goes on as long as lines are indented as its first one, or empty. */
  #skipHelp(): void {
    const indent = (line: string): number => {
      const blanks = /^[ \t]*/.exec(line)?.[0] ?? '';
      return Array.from(blanks).reduce((column, char) => (char === '\t' ? (column & ~7) + 8 : column + 1), 0);
    };
    const isEmpty = (): boolean => /^\s*$/.test(this.#lines[this.#index] ?? '');
    while (this.#index < this.#lines.length && isEmpty()) this.#index += 1;
    const first = indent(this.#lines[this.#index] ?? '');
    if (first === 0) return;
    while (this.#index < this.#lines.length && (isEmpty() || indent(this.#lines[this.#index] ?? '') >= first)) {
      this.#index += 1;
    }
  }

  #statement(word: string, rest: readonly Token[]): boolean {
    const { blocks } = this.#shared;
    const push = (block: Block): void => {
      blocks.push(block);
      this.#open = { kind: 'block', block };
    };
    switch (word) {
      case 'config':
      case 'menuconfig':
        return this.#define(rest[0]?.text);
      case 'choice':
        push({
          kind: 'choice',
          depends: undefined,
          visible: undefined,
          choice: { at: this.#at(), prompt: '', members: [] },
        });
        return true;
      case 'menu':
        push({ kind: 'menu', depends: undefined, visible: undefined });
        return true;
      case 'if': {
        const depends = parseExpression(rest);
        if (depends === undefined) return false;
        push({ kind: 'if', depends, visible: undefined });
        this.#open = undefined;
        return true;
      }
      case 'endif':
      case 'endmenu':
      case 'endchoice': {
        this.#open = undefined;
        return blocks.pop()?.kind === word.slice(3);
      }
      case 'comment':
        this.#open = { kind: 'comment' };
        return true;
      case 'mainmenu':
        this.#open = undefined;
        return true;
      case 'source': {
        const file = rest[0]?.text;
        if (file === undefined) return false;
        this.#open = undefined;
        this.#shared.read(file, this.#at());
        return true;
      }
      default:
        return false;
    }
  }

  #define(name: string | undefined): boolean {
    if (name === undefined) return false;
    const { blocks, options } = this.#shared;
    const choice = blocks.at(-1)?.choice ?? blocks.findLast((block) => block.kind === 'choice')?.choice;
    const definition: Definition = {
      at: this.#at(),
      depends: blocks.length === 0 ? undefined : allOf(blocks.map((block) => block.depends)),
      defaults: [],
      selects: [],
      ranges: [],
      ...(choice === undefined ? {} : { choice }),
    };
    choice?.members.push(name);
    const earlier = options.get(name);
    if (earlier === undefined) options.set(name, [definition]);
    else earlier.push(definition);
    this.#name = name;
    this.#open = { kind: 'config', definition };
    return true;
  }
  #name = '';

  #attribute(word: string, rest: readonly Token[]): boolean {
    const open = this.#open;
    if (open === undefined) return false;
    const cut = rest.findIndex(({ kind, text }) => kind === 'word' && text === 'if');
    const before = cut === -1 ? rest : rest.slice(0, cut);
    const when = cut === -1 ? undefined : parseExpression(rest.slice(cut + 1));
    if (cut !== -1 && when === undefined) return false;
    if (word === 'depends') {
      const wanted = before[0]?.text === 'on' ? parseExpression(before.slice(1)) : undefined;
      if (wanted === undefined) return false;
      // `depends on A if B` (since 7.0) asks for A only where B holds.
      const depends: Expression =
        when === undefined ? wanted : { kind: 'or', left: { kind: 'not', of: when }, right: wanted };
      const holder = open.kind === 'config' ? open.definition : open.kind === 'block' ? open.block : undefined;
      if (holder !== undefined) holder.depends = allOf([holder.depends, depends]);
      return true;
    }
    if (open.kind === 'comment') return false;
    if (open.kind === 'block') return this.#ofBlock(open.block, word, before, rest);
    return this.#ofConfig(open.definition, word, before, when);
  }

  #ofBlock(block: Block, word: string, before: readonly Token[], rest: readonly Token[]): boolean {
    if (word === 'visible') {
      const visible = parseExpression(rest.slice(1));
      block.visible = allOf([block.visible, visible]);
      return visible !== undefined;
    }
    if (block.choice === undefined) return false;
    if (word === 'prompt' || types.has(word)) block.choice.prompt = before[0]?.text ?? block.choice.prompt;
    else if (word !== 'default' && word !== 'optional') return false;
    return true;
  }

  #ofConfig(definition: Definition, word: string, before: readonly Token[], when: Expression | undefined): boolean {
    const [first] = before;
    if (types.has(word) || word === 'prompt') {
      if (word !== 'prompt') definition.type = word as OptionType;
      if (first !== undefined) {
        const visible = allOf([...this.#shared.blocks.map((block) => block.visible), when]);
        definition.prompt = { text: first.text, when: visible };
      }
      return word !== 'prompt' || first !== undefined;
    }
    const ofDefault = /^def_(bool|tristate|string|int|hex)$/.exec(word);
    if (ofDefault !== null || word === 'default') {
      if (ofDefault !== null) definition.type = ofDefault[1] as OptionType;
      const value = parseExpression(before);
      if (value === undefined) return false;
      definition.defaults.push({ value, when });
      return true;
    }
    if (first === undefined) return word === 'modules' || word === 'transitional' || word === 'optional';
    switch (word) {
      case 'select': {
        definition.selects.push({ option: first.text, when });
        const known = this.#shared.selectors.get(first.text);
        const selector = { by: this.#name, when };
        if (known === undefined) this.#shared.selectors.set(first.text, [selector]);
        else known.push(selector);
        return true;
      }
      case 'range': {
        const high = before[1];
        if (high === undefined) return false;
        definition.ranges.push({ low: operandOf(first), high: operandOf(high), when });
        return true;
      }
      case 'imply':
      case 'option':
        return true;
      default:
        return false;
    }
  }
}

function expand(line: string): string {
  return line.replace(/\$\((\w+)\)/g, (whole, name: string) => variables[name] ?? whole);
}

/** The type of an option; entries may leave it to another one. */
export function typeOf(kconfig: Kconfig, option: string): OptionType | undefined {
  return kconfig.options.get(option)?.find(({ type }) => type !== undefined)?.type;
}
