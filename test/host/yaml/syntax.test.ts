// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { renderError, UsageError } from '../../../harness/host/errors.ts';
import { parseYaml } from '../../../harness/host/yaml/yaml.ts';

const mistakes = [
  'a: 1\n\tb: 2\n',
  'a: 1\nb: "c\nd: 1\n',
  "a: 'b\nc: 1\n",
  'a: [1, 2\nb: 3\n',
  'a: [1, 2',
  'a: {b: 1\nc: 3\n',
  'a: {b: 1',
  'a: [1]]\n',
  'a: {b: 1}}\n',
  'a:\n  b: 1\n c: 2\n',
  'a: 1\nb\n',
  'a: [x,,y]\n',
  'a: ["x" "y"]\n',
  'a: "b"#c\n',
  'a: | b\n  c\n',
  'a: "b" c\n',
  '- a\nb: 1\n',
  'a: b: c\n',
  'a\nb: 1\n',
  'a:b\nc: d\n',
  '? [a]\n: b\n',
  '[a]: b\n',
  'a: @b\n',
  'a: `b`\n',
  'a: %b\n',
  'a: *\n',
  'a: &\n',
  'a: !b\n',
  'a: !!binary aGVsbG8=\n',
  'a: "\\d"\n',
  'a: 1\nb: 2\na: 3\n',
  '"a b": 1\n"a b": 2\n',
  '%FOO\n---\na: 1\n',
  'a: 1\n---\nb: 2\n',
];

function complaint(text: string): string {
  try {
    parseYaml(text, 'x');
    return 'right';
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return renderError(error);
  }
}

it('says in plain words what is not YAML, and where', () => {
  expect(mistakes.map((text) => `${JSON.stringify(text)}\n  ${complaint(text)}`).join('\n')).toMatchInlineSnapshot(`
    ""a: 1\\n\\tb: 2\\n"
      x:2:1: a tab in the indentation; YAML is indented with spaces
    "a: 1\\nb: \\"c\\nd: 1\\n"
      x:2:4: a quote that is not closed
    "a: 'b\\nc: 1\\n"
      x:1:4: a quote that is not closed
    "a: [1, 2\\nb: 3\\n"
      x:2:1: a list without its closing \`]\`
    "a: [1, 2"
      x:1:9: a list without its closing \`]\`
    "a: {b: 1\\nc: 3\\n"
      x:2:1: a block without its closing \`}\`
    "a: {b: 1"
      x:1:9: a block without its closing \`}\`
    "a: [1]]\\n"
      x:1:7: a closing bracket without its opening one
    "a: {b: 1}}\\n"
      x:1:10: a closing bracket without its opening one
    "a:\\n  b: 1\\n c: 2\\n"
      x:3:1: the indentation is not that of the entries above
    "a: 1\\nb\\n"
      x:2:1: a key without a \`:\` after it
    "a: [x,,y]\\n"
      x:1:7: a comma without an entry before it
    "a: [\\"x\\" \\"y\\"]\\n"
      x:1:9: a comma is missing here
    "a: \\"b\\"#c\\n"
      x:1:7: a space is missing before \`#\`
    "a: | b\\n  c\\n"
      x:1:6: not valid YAML: not a YAML token: b
    "a: \\"b\\" c\\n"
      x:1:8: text that belongs to nothing above it
    "- a\\nb: 1\\n"
      x:2:1: text that belongs to nothing above it
    "a: b: c\\n"
      x:1:4: a value with \`: \` in it must be in quotes
    "a\\nb: 1\\n"
      x:1:1: a key must be on one line, with \`: \` after it
    "a:b\\nc: d\\n"
      x:1:1: a key must be on one line, with \`: \` after it
    "? [a]\\n: b\\n"
      x:1:3: a key must be text, not a list or a block
    "[a]: b\\n"
      x:1:1: a key must be text, not a list or a block
    "a: @b\\n"
      x:1:4: a text that begins with this character must be in quotes
    "a: \`b\`\\n"
      x:1:4: a text that begins with this character must be in quotes
    "a: %b\\n"
      x:1:4: a text that begins with this character must be in quotes
    "a: *\\n"
      x:1:4: a text that begins with \`*\` or \`&\` must be in quotes
    "a: &\\n"
      x:1:4: a text that begins with \`*\` or \`&\` must be in quotes
    "a: !b\\n"
      x:1:4: tags are not allowed; a text that begins with \`!\` must be in quotes
    "a: !!binary aGVsbG8=\\n"
      x:1:4: tags are not allowed; a text that begins with \`!\` must be in quotes
    "a: \\"\\\\d\\"\\n"
      x:1:5: an unknown escape; in double quotes a backslash is written \`\\\\\`
    "a: 1\\nb: 2\\na: 3\\n"
      x:3:1: the key \`a\` is there twice
    "\\"a b\\": 1\\n\\"a b\\": 2\\n"
      x:2:1: the key \`"a b"\` is there twice
    "%FOO\\n---\\na: 1\\n"
      x:1:1: not valid YAML: unknown directive %FOO
    "a: 1\\n---\\nb: 2\\n"
      x:2:1: a second document begins here; a file must hold one"
  `);
});

it('takes every key for text', () => {
  expect(parseYaml('1: a\nnull: b\ntrue: c\n', 'x').value).toEqual({ 1: 'a', null: 'b', true: 'c' });
  expect(parseYaml('a: 1\nnull: b\n', 'x').at(['null'])).toBe('x:2:1');
});
