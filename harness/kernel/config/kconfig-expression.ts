// SPDX-License-Identifier: GPL-2.0-only
// The expressions of Kconfig: reading, printing, and their value with a given .config. Pure.

import type { Config } from '../build/makefile.ts';

export type Tristate = 'n' | 'm' | 'y';

export type Operand =
  | { kind: 'symbol'; name: string }
  /** A literal: `y`, `"text"`, `0x200000`; without quotes. */
  | { kind: 'constant'; value: string }
  /** A macro call such as `$(cc-option,-mfentry)`: kbuild asks the compiler, we do not. */
  | { kind: 'macro'; text: string };

type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

export type Expression =
  | Operand
  | { kind: 'not'; of: Expression }
  | { kind: 'and' | 'or'; left: Expression; right: Expression }
  | { kind: 'compare'; operator: Comparison; left: Operand; right: Operand };

export interface Token {
  kind: 'word' | 'string' | 'macro' | 'operator';
  text: string;
}

const operators = ['&&', '||', '!=', '<=', '>=', '=', '<', '>', '!', '(', ')'];
const comparisons = new Set(['=', '!=', '<', '<=', '>', '>=']);
const order: readonly Tristate[] = ['n', 'm', 'y'];

/** Takes a line of Kconfig apart; a comment ends it. Undefined for a character that Kconfig does not know. */
export function tokens(line: string): Token[] | undefined {
  const found: Token[] = [];
  let at = 0;
  while (at < line.length) {
    const char = line[at] ?? '';
    if (char === '#') break;
    if (/\s/.test(char)) {
      at += 1;
      continue;
    }
    const operator = operators.find((one) => line.startsWith(one, at));
    if (operator !== undefined) {
      found.push({ kind: 'operator', text: operator });
      at += operator.length;
    } else if (char === '"' || char === "'") {
      const end = quoteEnd(line, at);
      const text = line.slice(at + 1, end).replace(/\\(.)/g, '$1');
      found.push(/^\$\(.*\)$/.test(text) ? { kind: 'macro', text } : { kind: 'string', text });
      at = end + 1;
    } else {
      const end = wordEnd(line, at);
      if (end === at) return undefined;
      const text = line.slice(at, end);
      found.push({ kind: text.includes('$(') ? 'macro' : 'word', text });
      at = end;
    }
  }
  return found;
}

/** Index of the quote that ends the string which begins at `from`; macro calls inside may hold quotes of their own. */
function quoteEnd(line: string, from: number): number {
  for (let at = from + 1; at < line.length; at += 1) {
    if (line[at] === '\\') at += 1;
    else if (line.startsWith('$(', at)) at = macroEnd(line, at) - 1;
    else if (line[at] === line[from]) return at;
  }
  return line.length;
}

function wordEnd(line: string, from: number): number {
  let at = from;
  while (at < line.length) {
    if (line.startsWith('$(', at)) at = macroEnd(line, at);
    else if (/[\w./-]/.test(line[at] ?? '')) at += 1;
    else break;
  }
  return at;
}

/** Index after the bracket that closes the macro call which begins at `from`. */
function macroEnd(line: string, from: number): number {
  let depth = 0;
  for (let at = from + 1; at < line.length; at += 1) {
    if (line[at] === '(') depth += 1;
    else if (line[at] === ')' && --depth === 0) return at + 1;
  }
  return line.length;
}

/**
 * Reads an expression: `||` binds least, then `&&`, `!`, comparisons. Undefined when it is none, or when something is left
 * over.
 */
export function parseExpression(list: readonly Token[]): Expression | undefined {
  let at = 0;
  const accept = (text: string): boolean => {
    if (list[at]?.kind !== 'operator' || list[at]?.text !== text) return false;
    at += 1;
    return true;
  };
  const operand = (): Operand | undefined => {
    const token = list[at];
    if (token === undefined || token.kind === 'operator') return undefined;
    at += 1;
    return operandOf(token);
  };
  const single = (): Expression | undefined => {
    if (accept('!')) {
      const of = single();
      return of && { kind: 'not', of };
    }
    if (accept('(')) {
      const inner = either();
      return accept(')') ? inner : undefined;
    }
    const left = operand();
    const operator = list[at];
    if (left === undefined || operator?.kind !== 'operator' || !comparisons.has(operator.text)) return left;
    at += 1;
    const right = operand();
    return right && { kind: 'compare', operator: operator.text as Comparison, left, right };
  };
  const chain = (kind: 'and' | 'or', text: string, next: () => Expression | undefined): Expression | undefined => {
    let left = next();
    while (left !== undefined && accept(text)) {
      const right = next();
      left = right && { kind, left, right };
    }
    return left;
  };
  const both = (): Expression | undefined => chain('and', '&&', single);
  const either = (): Expression | undefined => chain('or', '||', both);
  const whole = either();
  return at === list.length ? whole : undefined;
}

/** What a token is as a value: y, m, n and whatever is quoted or numeric are literals. */
export function operandOf(token: Token): Operand {
  if (token.kind === 'macro') return { kind: 'macro', text: token.text };
  const literal = token.kind === 'string' || /^([ymn]|-?\d+|0[xX][\da-fA-F]+)$/.test(token.text);
  return literal ? { kind: 'constant', value: token.text } : { kind: 'symbol', name: token.text };
}

/** All of the expressions together; undefined when there is none. */
export function allOf(expressions: readonly (Expression | undefined)[]): Expression | undefined {
  return expressions.reduce((left, right) =>
    left === undefined || right === undefined ? (left ?? right) : { kind: 'and', left, right },
  );
}

/** As it stands in a Kconfig file. */
export function printExpression(expression: Expression, within: 'and' | 'or' | 'not' | 'none' = 'none'): string {
  switch (expression.kind) {
    case 'symbol':
      return expression.name;
    case 'constant':
      return /^([ymn]|-?\d+|0[xX][\da-fA-F]+)$/.test(expression.value) ? expression.value : `"${expression.value}"`;
    case 'macro':
      return expression.text;
    case 'not':
      return `!${printExpression(expression.of, 'not')}`;
    case 'compare': {
      const text = `${printExpression(expression.left)} ${expression.operator} ${printExpression(expression.right)}`;
      return within === 'not' ? `(${text})` : text;
    }
    case 'and':
    case 'or': {
      const sign = expression.kind === 'and' ? ' && ' : ' || ';
      const text = [expression.left, expression.right].map((one) => printExpression(one, expression.kind)).join(sign);
      return within === 'not' || (within === 'and' && expression.kind === 'or') ? `(${text})` : text;
    }
  }
}

/** The value of an expression with a .config; undefined when a macro call decides it. */
export function valueOf(expression: Expression | undefined, config: Config): Tristate | undefined {
  if (expression === undefined) return 'y';
  switch (expression.kind) {
    case 'macro':
      return undefined;
    case 'symbol':
    case 'constant': {
      const text = expression.kind === 'symbol' ? (config.get(expression.name) ?? 'n') : expression.value;
      if (expression.kind === 'constant' && text === 'm') return config.get('MODULES') === 'y' ? 'm' : 'n';
      return text === 'y' || text === 'm' ? text : 'n';
    }
    case 'not': {
      const of = valueOf(expression.of, config);
      return of && order[2 - order.indexOf(of)];
    }
    case 'and':
    case 'or': {
      const [left, right] = [valueOf(expression.left, config), valueOf(expression.right, config)];
      const decides = expression.kind === 'and' ? 'n' : 'y';
      if (left === decides || right === decides) return decides;
      if (left === undefined || right === undefined) return undefined;
      return expression.kind === 'and' ? least(left, right) : most(left, right);
    }
    case 'compare': {
      const [left, right] = [textOf(expression.left, config), textOf(expression.right, config)];
      return left === undefined || right === undefined ? undefined : compare(left, right, expression.operator);
    }
  }
}

/** Whether one tristate reaches another: n < m < y. */
export function atLeast(value: Tristate, wanted: Tristate): boolean {
  return order.indexOf(value) >= order.indexOf(wanted);
}

/** The lesser of two. */
function least(one: Tristate, other: Tristate): Tristate {
  return atLeast(one, other) ? other : one;
}

function most(one: Tristate, other: Tristate): Tristate {
  return atLeast(one, other) ? one : other;
}

/** What is compared: a symbol that is not set is `n` against y, m, n and empty against text; both print no number. */
function textOf(operand: Operand, config: Config): string | undefined {
  if (operand.kind === 'macro') return undefined;
  if (operand.kind === 'constant') return operand.value;
  return (config.get(operand.name) ?? 'n').replace(/^"(.*)"$/, '$1');
}

/** As numbers when both are, else as text (scripts/kconfig/expr.c:__expr_calc_value). */
function compare(left: string, right: string, operator: Comparison): Tristate {
  const [a, b] = [Number(left === '' ? NaN : left), Number(right === '' ? NaN : right)];
  const difference = Number.isNaN(a) || Number.isNaN(b) ? (left === right ? 0 : left < right ? -1 : 1) : a - b;
  const holds = {
    '=': difference === 0,
    '!=': difference !== 0,
    '<': difference < 0,
    '<=': difference <= 0,
    '>': difference > 0,
    '>=': difference >= 0,
  }[operator];
  return holds ? 'y' : 'n';
}
