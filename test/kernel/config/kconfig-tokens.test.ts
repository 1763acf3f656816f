// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { tokens } from '../../../harness/kernel/config/kconfig-tokens.ts';

const words = (line: string): string[] | undefined => tokens(line)?.map(({ kind, text }) => `${kind} ${text}`);

test.each([
  ['depends on A&&!B', ['word depends', 'word on', 'word A', 'operator &&', 'operator !', 'word B']],
  ['default 0x10 if N<=3 # why', ['word default', 'word 0x10', 'word if', 'word N', 'operator <=', 'word 3']],
  [String.raw`bool "a \"b\" # c"`, ['word bool', 'string a "b" # c']],
  ['prompt \'it is "so"\'', ['word prompt', 'string it is "so"']],
  ['depends on $(cc-option,-a "b" (c))', ['word depends', 'word on', 'macro $(cc-option,-a "b" (c))']],
  ['def_bool "$(success,test "$(A)" = y)"', ['word def_bool', 'macro $(success,test "$(A)" = y)']],
  ['source "arch/x86/Kconfig.debug"', ['word source', 'string arch/x86/Kconfig.debug']],
  ['   # only a comment', []],
])('%s', (line, expected) => {
  expect(words(line)).toEqual(expected);
});

test('a character that Kconfig does not know makes the line unreadable', () => {
  expect(tokens('depends on A ? B')).toBeUndefined();
});
