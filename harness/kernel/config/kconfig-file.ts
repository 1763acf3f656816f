// SPDX-License-Identifier: GPL-2.0-only
// Reads one Kconfig file: entries, the blocks around them, and the attributes of each
// (Documentation/kbuild/kconfig-language.rst).

import { InfraError } from '../../host/errors.ts';
import { allOf, operandOf, parseExpression, type Expression } from './kconfig-expression.ts';
import { optionTypeOf, type Choice, type Definition, type Selector } from './kconfig-model.ts';
import { tokens, type Token } from './kconfig-tokens.ts';

/** What surrounds an entry. */
export interface Block {
  kind: 'if' | 'menu' | 'choice' | 'file';
  depends: Expression | undefined;
  visible: Expression | undefined;
  choice?: Choice | undefined;
}

interface OpenConfig {
  kind: 'config';
  name: string;
  definition: Definition;
}

type Open = OpenConfig | { kind: 'block'; block: Block } | { kind: 'comment' };

const variables: Record<string, string> = { ARCH: 'x86', SRCARCH: 'x86', HEADER_ARCH: 'x86' };

/** What the files of a tree have in common. */
interface Shared {
  /** The blocks that are open, outermost first. */
  blocks: Block[];
  options: Map<string, Definition[]>;
  selectors: Map<string, Selector[]>;
  /** Reads a file that is sourced. `from`: the line that names it. */
  read: (file: string, from: string) => void;
}

/** Reads one Kconfig file line by line into what its tree defines. */
export class KconfigFile {
  readonly #file: string;
  readonly #shared: Shared;
  readonly #lines: readonly string[];
  #index = 0;
  /** The entry that attributes belong to. */
  #open: Open | undefined;
  /** Index of the first line of the current statement. */
  #start = 0;

  constructor(file: string, text: string, shared: Shared) {
    this.#file = file;
    this.#shared = shared;
    this.#lines = text.split('\n');
  }

  /** @throws InfraError naming the line that is not understood. */
  read(): void {
    while (this.#index < this.#lines.length) {
      this.#start = this.#index;
      let line = this.#lines[this.#index] ?? '';
      while (line.endsWith('\\') && this.#index + 1 < this.#lines.length) {
        this.#index += 1;
        line = line.slice(0, -1) + (this.#lines[this.#index] ?? '');
      }
      this.#index += 1;
      if (/^\s*(#|$)/.test(line)) continue;
      // Assignments and calls such as $(error-if,...) define no option.
      if (/^([\w-]+\s*(:=|\+=|=)|\$\()/.test(line)) continue;
      if (/^\s*(---)?help(---)?\s*$/.test(line)) {
        this.#skipHelp();
        continue;
      }
      const list = tokens(expand(line));
      const [first, ...rest] = list ?? [];
      if (first?.kind !== 'word') throw this.#notUnderstood(line);
      if (!this.#statement(first.text, rest) && !this.#attribute(first.text, rest)) throw this.#notUnderstood(line);
    }
  }

  #at(): string {
    return `${this.#file}:${this.#start + 1}`;
  }

  #notUnderstood(line: string): InfraError {
    return new InfraError(`this line of Kconfig is not understood: ${line.trim()}`, { at: this.#at() });
  }

  /** Help ends at a line that is indented less than its first one (scripts/kconfig/lexer.l). */
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
      choice,
    };
    choice?.members.push(name);
    const earlier = options.get(name);
    if (earlier === undefined) options.set(name, [definition]);
    else earlier.push(definition);
    this.#open = { kind: 'config', name, definition };
    return true;
  }

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
    return this.#ofConfig(open, word, before, when);
  }

  #ofBlock(block: Block, word: string, before: readonly Token[], rest: readonly Token[]): boolean {
    if (word === 'visible') {
      const visible = parseExpression(rest.slice(1));
      block.visible = allOf([block.visible, visible]);
      return visible !== undefined;
    }
    if (block.choice === undefined) return false;
    if (word === 'prompt' || optionTypeOf(word) !== undefined)
      block.choice.prompt = before[0]?.text ?? block.choice.prompt;
    else if (word !== 'default' && word !== 'optional') return false;
    return true;
  }

  #ofConfig(
    { name, definition }: OpenConfig,
    word: string,
    before: readonly Token[],
    when: Expression | undefined,
  ): boolean {
    const [first] = before;
    const type = optionTypeOf(word);
    if (type !== undefined || word === 'prompt') {
      if (type !== undefined) definition.type = type;
      if (first !== undefined) {
        const visible = allOf([...this.#shared.blocks.map((block) => block.visible), when]);
        definition.prompt = { text: first.text, when: visible };
      }
      return word !== 'prompt' || first !== undefined;
    }
    const ofDefault = word.startsWith('def_') ? optionTypeOf(word.slice('def_'.length)) : undefined;
    if (ofDefault !== undefined || word === 'default') {
      if (ofDefault !== undefined) definition.type = ofDefault;
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
        const selector = { by: name, when };
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
