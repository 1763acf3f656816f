// SPDX-License-Identifier: GPL-2.0-only
// What became of the wanted options after `make olddefconfig`: none is dropped without a word. Pure.

import type { WantedOption } from './config-fragments.ts';
import { atLeast, allOf, printExpression, valueOf, type Expression, type Tristate } from './kconfig-expression.ts';
import { typeOf, type Definition, type Kconfig } from './kconfig.ts';
import type { Config } from '../build/makefile.ts';

export interface DroppedOption {
  /** Without CONFIG_. */
  option: string;
  wanted: string;
  got: string;
  /** `kernels/config/dax.config:3` */
  at: string;
  /** What dropped it, down to the root: `it depends on ZONE_DEVICE, which depends on MEMORY_HOTREMOVE, which is not set`. */
  because: string;
}

export interface ConfigCheck {
  /** Errors. */
  dropped: DroppedOption[];
  /** Dropped where the layer says that this may be. */
  mayBeDropped: (DroppedOption & { reason: string })[];
  /** This version does not know the option (on x86). */
  absent: { option: string; wanted: string; at: string }[];
}

export interface CheckOptions {
  /** The options come from a .config that kconfig wrote: those that no person sets are not looked at. */
  generated?: boolean;
}

/**
 * Compares what was wanted with what olddefconfig made of it.
 * @param config the .config after olddefconfig
 */
export function checkConfig(
  wanted: readonly WantedOption[],
  config: Config,
  kconfig: Kconfig,
  options: CheckOptions = {},
): ConfigCheck {
  const check: ConfigCheck = { dropped: [], mayBeDropped: [], absent: [] };
  for (const one of wanted) {
    const { option, value, at } = one;
    const definitions = kconfig.options.get(option);
    if (definitions === undefined) {
      // What is not there is not on either: that is what was wanted.
      if (value !== 'n') check.absent.push({ option, wanted: value, at });
      continue;
    }
    const got = config.get(option) ?? 'n';
    if (isAsWanted(value, got)) continue;
    if (options.generated === true && !definitions.some(({ prompt }) => prompt !== undefined)) continue;
    const because = new Explanation(config, kconfig).why(option, value, got);
    const dropped = { option, wanted: value, got, at, because };
    if (one.mayBeDropped === undefined) check.dropped.push(dropped);
    else check.mayBeDropped.push({ ...dropped, reason: one.mayBeDropped });
  }
  return check;
}

/** The same value, or m that another option made y. An empty text is as good as none. */
function isAsWanted(wanted: string, got: string): boolean {
  if (wanted === got || (wanted === 'm' && got === 'y') || (wanted === '""' && got === 'n')) return true;
  return /^0x/i.test(wanted) && /^0x/i.test(got) && Number(wanted) === Number(got);
}

/** A dropped option as a person reads it. */
export function renderDropped({ option, wanted, got, at, because }: DroppedOption): string {
  const what = wanted === 'n' ? `# CONFIG_${option} is not set` : `CONFIG_${option}=${wanted}`;
  const how = got === 'n' ? 'was dropped' : `became ${got}`;
  return `${what} (${at}) ${how}: ${because}`;
}

/** Who could turn an option on that has no prompt; more than a few are not told one by one. */
const shownSelectors = 4;

/** One walk from an option to the root of its value; an option that is met again is not gone into again. */
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
    if (!/^[ymn]$/.test(wanted)) return `it is a ${type}, which ${wanted} is no value of`;
    if (wanted === 'n' || (atLeast(got as Tristate, wanted as Tristate) && wanted !== 'm')) {
      return this.#whyOn(option, got);
    }
    if (wanted === 'm' && type === 'bool') return 'it is a bool: built in (y) or not there, never a module';
    const why = this.#whyOff(option, wanted as Tristate);
    return why === 'is not set' ? this.#unexplained(option) : `it ${why}`;
  }

  /** A number or text that did not come out as wanted. */
  #whyNoNumber(option: string, wanted: string, got: string): string {
    const definitions = this.#kconfig.options.get(option) ?? [];
    const range = definitions.flatMap(({ ranges }) => ranges).find(({ when }) => valueOf(when, this.#config) !== 'n');
    if (range !== undefined && got !== 'n') {
      const [low, high] = [range.low, range.high].map((bound) =>
        bound.kind === 'symbol' ? (this.#config.get(bound.name) ?? '0') : printExpression(bound),
      );
      if (Number(wanted) < Number(low) || Number(wanted) > Number(high)) {
        return `with this configuration it goes from ${low ?? ''} to ${high ?? ''}`;
      }
    }
    const why = this.#whyOff(option, 'y');
    return why === 'is not set' ? this.#unexplained(option) : `it ${why}`;
  }

  /** Its dependencies are met: then the .config was not made of what was wanted. */
  #unexplained(option: string): string {
    return `nothing in Kconfig makes it so (${this.#kconfig.options.get(option)?.[0]?.at ?? ''})`;
  }

  /** Why an option is on that nobody wanted. */
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
    if (choice !== undefined) return `${choiceWords(choice.prompt)} must be something, and ${option} is its default`;
    if (!this.#hasPrompt(option)) return `nobody is asked for it, and it is ${got} by default`;
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
    if (macro !== undefined) return `depends on ${macro}, which kbuild asks of its tools`;
    return 'is not set';
  }

  #lacks(definition: Definition, wanted: Tristate): number {
    if (this.#unmet(definition.depends, wanted) !== undefined) return 2;
    return this.#unmet(definition.prompt?.when, wanted) === undefined ? 0 : 1;
  }

  /** An option without a prompt is on by default, or because another one selects it. */
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
      if (macro !== undefined) return `follows ${macro}, which kbuild asks of its tools`;
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
      return defaults.length === 0
        ? 'cannot be turned on by anything'
        : 'is off by default, and nobody is asked for it';
    return `has no prompt and is selected by ${list(this.#few(names), 'or')}, none of which is on`;
  }

  #few(names: readonly string[]): readonly string[] {
    const over = names.length - shownSelectors;
    return over > 0 ? [...names.slice(0, shownSelectors - 1), `${over + 1} more`] : names;
  }

  /** The least part of a condition that keeps it below what is wanted; undefined when it reaches it, or nobody can tell. */
  #unmet(expression: Expression | undefined, wanted: Tristate): Expression | undefined {
    const value = valueOf(expression, this.#config);
    if (expression === undefined || value === undefined || atLeast(value, wanted)) return undefined;
    if (expression.kind !== 'and') return expression;
    const [left, right] = [this.#unmet(expression.left, wanted), this.#unmet(expression.right, wanted)];
    // What can never be met is the better reason.
    return left === undefined || (right !== undefined && this.#isUnknown(right) && !this.#isUnknown(left))
      ? right
      : left;
  }

  #isUnknown(expression: Expression): boolean {
    return expression.kind === 'symbol' && !this.#kconfig.options.has(expression.name);
  }

  /** An unmet part in words, followed to its root where it is one option. */
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

  /** Of `A || B` each, in words. */
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
    if (definitions === undefined) return 'x86 does not have in this version';
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
