// SPDX-License-Identifier: GPL-2.0-only
// Splits a line of Kconfig into tokens (scripts/kconfig/lexer.l). Pure.

export interface Token {
  kind: 'word' | 'string' | 'macro' | 'operator';
  text: string;
}

const operators = ['&&', '||', '!=', '<=', '>=', '=', '<', '>', '!', '(', ')'];

/** The tokens of a line; a comment ends it. Undefined for a character that Kconfig does not know. */
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

/** Index of the quote that ends the string beginning at `from`; macro calls inside may hold quotes of their own. */
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

/** Index after the parenthesis that closes the macro call beginning at `from`. */
function macroEnd(line: string, from: number): number {
  let depth = 0;
  for (let at = from + 1; at < line.length; at += 1) {
    if (line[at] === '(') depth += 1;
    else if (line[at] === ')' && --depth === 0) return at + 1;
  }
  return line.length;
}
