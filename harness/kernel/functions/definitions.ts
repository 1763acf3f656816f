// SPDX-License-Identifier: GPL-2.0-only
// The functions and macros that a C file of the kernel defines, by its text: the kernel's style has the braces of a body in the first column.
// What is not recognized is nobody's: whoever asks has to take that for the worst. Pure.

/** Lines from 1, the first and the last included. */
export interface Definition {
  kind: 'function' | 'macro';
  name: string;
  first: number;
  last: number;
}

/** Attributes with what is in their parentheses: these are not what is defined. */
const attributes =
  /\b__(?:attribute__|printf|scanf|aligned|acquires|releases|must_hold|section|counted_by|no_sanitize)\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/g;

/** @param source a whole file */
export function definitionsIn(source: string): Definition[] {
  const lines = withoutComments(source).split('\n');
  const found: Definition[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const macro = /^\s*#\s*define\s+(\w+)/.exec(line)?.[1];
    if (/^\s*#/.test(line)) {
      const first = at;
      while ((lines[at] ?? '').endsWith('\\')) at++;
      if (macro !== undefined) found.push({ kind: 'macro', name: macro, first: first + 1, last: at + 1 });
      continue;
    }
    const own = /^\{/.test(line) ? headAbove(lines, at) : headIn(lines, at);
    if (own === undefined) continue;
    const last = endOf(lines, at);
    const name = nameIn(own.text);
    if (name !== undefined) found.push({ kind: 'function', name, first: own.first + 1, last: last + 1 });
    at = last;
  }
  return found;
}

/** The text above a body that begins with `{` in the first column; what the preprocessor chooses from may be between them. */
function headAbove(lines: readonly string[], body: number): { first: number; text: string } | undefined {
  let end = body;
  while (end > 0 && /^\s*#/.test(lines[end - 1] ?? '')) end--;
  let first = end;
  while (first > 0 && !/^\s*$|^[}#]|;\s*$|\\$/.test(lines[first - 1] ?? '')) first--;
  return first === end ? undefined : { first, text: lines.slice(first, end).join(' ') };
}

/** The head of a body that begins on its own line or is on one line as a whole: `static inline int f(void) { return 0; }`. */
function headIn(lines: readonly string[], at: number): { first: number; text: string } | undefined {
  const line = lines[at] ?? '';
  const head = /^([^\s{}=;][^{}=;]*\))\s*\{/.exec(line)?.[1];
  return head === undefined ? undefined : { first: at, text: head };
}

/** The line that ends a body: one with its last brace in the first column, or the line itself. */
function endOf(lines: readonly string[], body: number): number {
  const line = lines[body] ?? '';
  if (!line.startsWith('{') && /\}\s*;?\s*$/.test(line)) return body;
  if (/^\{.*\}\s*;?\s*$/.test(line)) return body;
  let last = body + 1;
  while (last < lines.length && !/^\}/.test(lines[last] ?? '')) last++;
  return Math.min(last, lines.length - 1);
}

/** The name before the parenthesis of the parameters; undefined for a table, a structure, or a macro that makes a function. */
function nameIn(head: string): string | undefined {
  const plain = head.replace(attributes, ' ').replace(/\s+/g, ' ');
  const open = plain.search(/[A-Za-z_]\w* ?\(/);
  if (open === -1 || plain.slice(0, open).includes('=')) return undefined;
  if (/^\s*(?:struct|union|enum)\s+\w+\s*$/.test(plain)) return undefined;
  return /^[A-Za-z_]\w*/.exec(plain.slice(open))?.[0];
}

/** Comments become blanks, so that lines and columns stay. Strings stay: what they name is taken for a use. */
export function withoutComments(source: string): string {
  return source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])+'/g, (text) =>
    text.startsWith('/') ? text.replace(/[^\n]/g, ' ') : text,
  );
}
