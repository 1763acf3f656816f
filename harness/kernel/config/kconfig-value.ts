// SPDX-License-Identifier: GPL-2.0-only
// The value of a Kconfig expression with a given .config (scripts/kconfig/expr.c:expr_calc_value). Pure.

import type { Config } from '../dot-config.ts';
import type { Comparison, Expression, Operand } from './kconfig-expression.ts';

export type Tristate = 'n' | 'm' | 'y';

const order: readonly Tristate[] = ['n', 'm', 'y'];

/** Whether a value is one of y, m, n. */
export function isTristate(text: string): text is Tristate {
  return text === 'n' || text === 'm' || text === 'y';
}

/** The value of an expression; undefined when a macro call decides it. An absent condition holds. */
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

/** The smaller of two. */
function least(one: Tristate, other: Tristate): Tristate {
  return atLeast(one, other) ? other : one;
}

function most(one: Tristate, other: Tristate): Tristate {
  return atLeast(one, other) ? one : other;
}

/** The text that is compared: without quotes, `n` for a symbol that is not set. */
function textOf(operand: Operand, config: Config): string | undefined {
  if (operand.kind === 'macro') return undefined;
  if (operand.kind === 'constant') return operand.value;
  return (config.get(operand.name) ?? 'n').replace(/^"(.*)"$/, '$1');
}

/** As numbers when both are numbers, else as text (scripts/kconfig/expr.c:__expr_calc_value). */
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
