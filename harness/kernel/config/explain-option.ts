// SPDX-License-Identifier: GPL-2.0-only
// Explains why an option did not come out of `make olddefconfig` as wanted, down to the option at the root. Pure.

import type { Config } from '../dot-config.ts';
import { allOf, printExpression, type Expression } from './kconfig-expression.ts';
import { typeOf, type Definition, type Kconfig } from './kconfig-model.ts';
import { atLeast, isTristate, valueOf, type Tristate } from './kconfig-value.ts';

/**
 * Why an option has another value than wanted, as a clause: `it depends on ZONE_DEVICE, which depends on MEMORY_HOTREMOVE,
 * which is not set`.
 * @param config the .config after olddefconfig
 */
export function explainOption(
  config: Config,
  kconfig: Kconfig,
  { option, wanted, got }: { option: string; wanted: string; got: string },
): string {
  return new Explanation(config, kconfig).why(option, wanted, got);
}

/** How many of the options that select another one are listed by name. */
const shownSelectors = 4;

/** One walk from an option to the root of its value; an option that comes up again is not explained again. */
class Explanation {
  readonly #config: Config;
  readonly #kconfig: Kconfig;
  readonly #seen = new Set<string>();

  constructor(config: Config, kconfig: Kconfig) {
    this.#config = config;
    this.#kconfig = kconfig;
  }

  why(option: string, wanted: string, got: string): string {
    this.#seen.add(option);
    const type = typeOf(this.#kconfig, option);
    if (type !== 'bool' && type !== 'tristate') return this.#whyNoNumber(option, wanted, got);
    if (!isTristate(wanted)) return `${wanted} is not a value of a ${type}`;
    if (wanted === 'n' || (isTristate(got) && atLeast(got, wanted) && wanted !== 'm')) {
      return this.#whyOn(option, got);
    }
    if (wanted === 'm' && type === 'bool') return 'it is a bool: y or n, never m';
    const why = this.#whyOff(option, wanted);
    return why === 'is not set' ? this.#unexplained(option) : `it ${why}`;
  }

  /** For a number or string that did not come out as wanted. */
  #whyNoNumber(option: string, wanted: string, got: string): string {
    const definitions = this.#kconfig.options.get(option) ?? [];
    const range = definitions.flatMap(({ ranges }) => ranges).find(({ when }) => valueOf(when, this.#config) !== 'n');
    if (range !== undefined && got !== 'n') {
      const [low, high] = [range.low, range.high].map((bound) =>
        bound.kind === 'symbol' ? (this.#config.get(bound.name) ?? '0') : printExpression(bound),
      );
      if (Number(wanted) < Number(low) || Number(wanted) > Number(high)) {
        return `its range in this configuration is ${low ?? ''} to ${high ?? ''}`;
      }
    }
    const why = this.#whyOff(option, 'y');
    return why === 'is not set' ? this.#unexplained(option) : `it ${why}`;
  }

  /** Its dependencies are met, so the .config cannot come from the wanted options. */
  #unexplained(option: string): string {
    return `nothing in Kconfig explains it (${this.#kconfig.options.get(option)?.[0]?.at ?? ''})`;
  }

  /** Why an option is on that should be off. */
  #whyOn(option: string, got: string): string {
    const selectors = (this.#kconfig.selectors.get(option) ?? []).filter(
      ({ by, when }) => (this.#config.get(by) ?? 'n') !== 'n' && valueOf(when, this.#config) !== 'n',
    );
    if (selectors.length > 0) {
      const names = [...new Set(selectors.map(({ by }) => `${by}=${this.#config.get(by) ?? 'n'}`))];
      return `it is selected by ${list(names.slice(0, shownSelectors), 'and')}`;
    }
    const definitions = this.#kconfig.options.get(option) ?? [];
    const choice = definitions.find((one) => one.choice !== undefined)?.choice;
    if (choice !== undefined) return `${choiceWords(choice.prompt)} must have a value, and ${option} is its default`;
    if (!this.#hasPrompt(option)) return `it has no prompt, and is ${got} by default`;
    return this.#unexplained(option);
  }

  /** Words after an option's name, such as `depends on A, which is not set`; a clause of its own for each link. */
  #whyOff(option: string, wanted: Tristate): string {
    const definitions = this.#kconfig.options.get(option) ?? [];
    const asked = definitions.filter(({ prompt }) => prompt !== undefined);
    // The entry that lacks least: one whose dependencies are met lacks only its prompt.
    const [first] = asked.length > 0 ? [...asked].sort((a, b) => this.#lacks(a, wanted) - this.#lacks(b, wanted)) : [];
    if (first === undefined) return this.#whyNobodySelects(option, definitions, wanted);
    const unmet = this.#unmet(first.depends, wanted);
    if (unmet !== undefined) return `depends on ${this.#clause(unmet, wanted)}`;
    const hidden = this.#unmet(first.prompt?.when, wanted);
    if (hidden !== undefined) return `can be set only with ${this.#clause(hidden, wanted)}`;
    if (first.choice !== undefined) {
      const chosen = first.choice.members.find((member) => member !== option && this.#config.get(member) === 'y');
      if (chosen !== undefined)
        return `is one of a choice (${choiceWords(first.choice.prompt)}), of which ${chosen} was taken`;
    }
    const macro = this.#undecided(allOf([first.depends, first.prompt?.when]));
    if (macro !== undefined) return `depends on ${macro}, which the tools of this machine decide`;
    return 'is not set';
  }

  #lacks(definition: Definition, wanted: Tristate): number {
    if (this.#unmet(definition.depends, wanted) !== undefined) return 2;
    return this.#unmet(definition.prompt?.when, wanted) === undefined ? 0 : 1;
  }

  /** An option without a prompt is on by default or by a select. */
  #whyNobodySelects(option: string, definitions: readonly Definition[], wanted: Tristate): string {
    for (const { depends } of definitions) {
      const unmet = this.#unmet(depends, wanted);
      if (unmet !== undefined && definitions.length === 1) return `depends on ${this.#clause(unmet, wanted)}`;
    }
    const defaults = definitions.flatMap((one) => one.defaults.map(({ value, when }) => allOf([value, when]) ?? value));
    const selectors = this.#kconfig.selectors.get(option) ?? [];
    const names = [...new Set(selectors.map(({ by }) => by))];
    if (names.length === 0 && defaults.length === 1) {
      const unmet = this.#unmet(defaults[0], wanted);
      if (unmet !== undefined) return `follows ${this.#clause(unmet, wanted)}`;
      const macro = this.#undecided(defaults[0]);
      if (macro !== undefined) return `follows ${macro}, which the tools of this machine decide`;
    }
    const [only] = selectors;
    if (names.length === 1 && only !== undefined && defaults.length === 0) {
      const by: Expression = { kind: 'symbol', name: only.by };
      const unmet = this.#unmet(allOf([by, only.when]), wanted) ?? by;
      const clause = this.#clause(unmet, wanted);
      return unmet.kind === 'symbol' && unmet.name === only.by
        ? `is selected only by ${clause}`
        : `is selected only by ${only.by}, and only with ${clause}`;
    }
    if (names.length > 0 && defaults.length > 0) {
      const by = defaults.map((one) => printExpression(one)).join(' or ');
      return `has no prompt, and neither its default (${by}) nor ${list(this.#few(names), 'or')} turns it on`;
    }
    if (names.length === 0)
      return defaults.length === 0 ? 'cannot be turned on by anything' : 'has no prompt and is off by default';
    return `has no prompt and is selected by ${list(this.#few(names), 'or')}, none of which is on`;
  }

  #few(names: readonly string[]): readonly string[] {
    const over = names.length - shownSelectors;
    return over > 0 ? [...names.slice(0, shownSelectors - 1), `${over + 1} more`] : names;
  }

  /** The smallest part of a condition that keeps it below what is wanted; undefined when it reaches it, or is not known. */
  #unmet(expression: Expression | undefined, wanted: Tristate): Expression | undefined {
    const value = valueOf(expression, this.#config);
    if (expression === undefined || value === undefined || atLeast(value, wanted)) return undefined;
    if (expression.kind !== 'and') return expression;
    const [left, right] = [this.#unmet(expression.left, wanted), this.#unmet(expression.right, wanted)];
    // A condition that can never be met is the better reason.
    return left === undefined || (right !== undefined && this.#isUnknown(right) && !this.#isUnknown(left))
      ? right
      : left;
  }

  #isUnknown(expression: Expression): boolean {
    return expression.kind === 'symbol' && !this.#kconfig.options.has(expression.name);
  }

  /** An unmet part in words, followed to its root when it is one option. */
  #clause(unmet: Expression, wanted: Tristate): string {
    const text = printExpression(unmet);
    if (unmet.kind === 'symbol') return `${text}, which ${this.#whyOffLink(unmet.name, wanted)}`;
    if (unmet.kind === 'not' && unmet.of.kind === 'symbol') {
      const { name } = unmet.of;
      const value = this.#config.get(name) ?? 'n';
      if (this.#seen.has(name)) return `${text}, and ${name} is ${value}`;
      this.#seen.add(name);
      const selected = (this.#kconfig.selectors.get(name) ?? []).find(
        ({ by }) => (this.#config.get(by) ?? 'n') !== 'n',
      );
      return `${text}, and ${name} is ${value}${selected === undefined ? '' : ` (selected by ${selected.by})`}`;
    }
    if (unmet.kind === 'or') return `${text}: ${this.#alternatives(unmet, wanted).join('; ')}`;
    return `${text}, which does not hold`;
  }

  /** Each side of `A || B` in words. */
  #alternatives(expression: Expression, wanted: Tristate): string[] {
    if (expression.kind === 'or') {
      return [...this.#alternatives(expression.left, wanted), ...this.#alternatives(expression.right, wanted)];
    }
    const unmet = this.#unmet(expression, wanted);
    if (unmet?.kind === 'symbol') return [`${unmet.name} ${this.#whyOffLink(unmet.name, wanted)}`];
    return [unmet === undefined ? `${printExpression(expression)} is not known` : this.#clause(unmet, wanted)];
  }

  #whyOffLink(option: string, wanted: Tristate): string {
    const definitions = this.#kconfig.options.get(option);
    if (definitions === undefined) return 'does not exist on x86 in this version';
    const value = this.#config.get(option) ?? 'n';
    const type = typeOf(this.#kconfig, option);
    if (type !== 'bool' && type !== 'tristate') return `is ${value === 'n' ? 'not set' : value}`;
    if (value === 'm') return 'is m';
    if (this.#seen.has(option)) return 'is not set';
    this.#seen.add(option);
    return this.#whyOff(option, wanted);
  }

  /** The macro call that decides an expression which is neither met nor unmet. */
  #undecided(expression: Expression | undefined): string | undefined {
    if (expression === undefined || valueOf(expression, this.#config) !== undefined) return undefined;
    if (expression.kind === 'macro') return expression.text;
    if (expression.kind === 'and' || expression.kind === 'or' || expression.kind === 'compare') {
      return this.#undecided(expression.left) ?? this.#undecided(expression.right);
    }
    return expression.kind === 'not' ? this.#undecided(expression.of) : undefined;
  }

  #hasPrompt(option: string): boolean {
    return (this.#kconfig.options.get(option) ?? []).some(
      ({ prompt, depends }) => prompt !== undefined && valueOf(allOf([depends, prompt.when]), this.#config) !== 'n',
    );
  }
}

function choiceWords(prompt: string): string {
  return prompt === '' ? 'a choice' : `"${prompt}"`;
}

function list(words: readonly string[], last: 'and' | 'or'): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} ${last} ${words.at(-1) ?? ''}`;
}
