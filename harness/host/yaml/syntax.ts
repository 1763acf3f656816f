// SPDX-License-Identifier: GPL-2.0-only
// What the YAML parser complains of, in words for a person, and where: its own words are for those who know its grammar.

import { visit, type Document } from 'yaml';

/** Something in a YAML text that is not accepted. */
export interface Problem {
  offset: number;
  words: string;
}

/** The library's code and message of an error, and what a person reads instead. The first that fits is taken. */
const table: readonly (readonly [error: RegExp, words: string])[] = [
  [/^TAB_AS_INDENT/, 'a tab in the indentation; YAML is indented with spaces'],
  [/Missing closing/, 'a quote that is not closed'],
  [/end with a \]/, 'a list without its closing `]`'],
  [/end with a \}/, 'a block without its closing `}`'],
  [/Unexpected flow-(seq|map)-end/, 'a closing bracket without its opening one'],
  [/same column/, 'the indentation is not that of the entries above'],
  [/followed by map values/, 'a key without a `:` after it'],
  [/^MISSING_CHAR: Missing ,/, 'a comma is missing here'],
  [/Unexpected ,/, 'a comma without an entry before it'],
  [/Comments must be separated/, 'a space is missing before `#`'],
  [/Block scalar header/, 'the text after `|` or `>` must begin on the next line'],
  [/scalar at node end/, 'text that belongs to nothing above it'],
  [/Nested mappings/, 'a value with `: ` in it must be in quotes'],
  [/^MULTILINE_IMPLICIT_KEY/, 'a key must be on one line, with `: ` after it'],
  [/^NON_STRING_KEY/, 'a key must be text, not a list or a block'],
  [/^BAD_SCALAR_START/, 'a text that begins with this character must be in quotes'],
  [/^BAD_ALIAS/, 'a text that begins with `*` or `&` must be in quotes'],
  [/^TAG_RESOLVE_FAILED/, 'tags are not allowed; a text that begins with `!` must be in quotes'],
  [/^BAD_DQ_ESCAPE/, 'an unknown escape; in double quotes a backslash is written `\\\\`'],
];

/** The first thing that is not right in a document. */
export function syntaxProblem(document: Document, text: string): Problem | undefined {
  const [error] = [...document.errors, ...document.warnings];
  if (error === undefined) return undefined;
  const { code, message } = error;
  const [offset] = error.pos;
  if (code === 'DUPLICATE_KEY') {
    const [key = ''] = /^("[^"]*"|'[^']*'|[^\s:]+)/.exec(text.slice(offset)) ?? [];
    return { offset, words: `the key \`${key}\` is there twice` };
  }
  const found = table.find(([pattern]) => pattern.test(`${code}: ${message}`))?.[1];
  const isQuote = message.startsWith('Missing closing');
  return {
    offset: isQuote ? openingQuote(document, offset) : offset,
    words: found ?? `not valid YAML: ${message.slice(0, 1).toLowerCase()}${message.slice(1)}`,
  };
}

/** Where the text begins that ends at an offset: the end of an unclosed quote is the end of the file. */
function openingQuote(document: Document, end: number): number {
  let start = end;
  visit(document, {
    Scalar(_, { range }) {
      if (range?.[1] === end) start = range[0];
    },
  });
  return start;
}
