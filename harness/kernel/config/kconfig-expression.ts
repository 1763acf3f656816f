// SPDX-License-Identifier: GPL-2.0-only
// The expressions of Kconfig: parsing and printing them. Pure.

import type { Token } from './kconfig-tokens.ts';

export type Operand =
  | { kind: 'symbol'; name: string }
  /** A literal: `y`, `"text"`, `0x200000`; without quotes. */
  | { kind: 'constant'; value: string }
  /** A macro call such as `$(cc-option,-mfentry)`: kbuild asks the compiler, this program does not. */
  | { kind: 'macro'; text: string };

const comparisons = ['=', '!=', '<', '<=', '>', '>='] as const;

export type Comparison = (typeof comparisons)[number];

export type Expression =
  | Operand
  | { kind: 'not'; of: Expression }
  | { kind: 'and' | 'or'; left: Expression; right: Expression }
  | { kind: 'compare'; operator: Comparison; left: Operand; right: Operand };

/**
 * Parses an expression: `||` binds least, then `&&`, `!`, comparisons (scripts/kconfig/parser.y). Undefined when the tokens
 * are not one whole expression.
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
    const token = list[at];
    const operator = token?.kind === 'operator' ? comparisons.find((one) => one === token.text) : undefined;
    if (left === undefined || operator === undefined) return left;
    at += 1;
    const right = operand();
    return right && { kind: 'compare', operator, left, right };
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

/** The operand that a token is: y, m, n, quoted strings and numbers are literals, other words are symbols. */
export function operandOf(token: Token): Operand {
  if (token.kind === 'macro') return { kind: 'macro', text: token.text };
  const literal = token.kind === 'string' || /^([ymn]|-?\d+|0[xX][\da-fA-F]+)$/.test(token.text);
  return literal ? { kind: 'constant', value: token.text } : { kind: 'symbol', name: token.text };
}

/** The expressions joined by `&&`; undefined when there is none. */
export function allOf(expressions: readonly (Expression | undefined)[]): Expression | undefined {
  return expressions.reduce((left, right) =>
    left === undefined || right === undefined ? (left ?? right) : { kind: 'and', left, right },
  );
}

/** An expression as Kconfig writes it. `within`: the operator around it, which may ask for parentheses. */
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
