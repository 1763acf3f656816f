// SPDX-License-Identifier: GPL-2.0-only
// Which functions a series changes, and what else.

import { expect, it } from 'vitest';
import { changedFunctions, type ChangedFile } from '../../../harness/kernel/functions/changed-functions.ts';
import { touchedFunctions } from '../../../harness/kernel/functions/touched-code.ts';

const before = `#include <linux/dax.h>

static int first(void)
{
	return 1;
}

static const int table[] = { 1, 2 };
#define LIMIT 4

int second(void)
{
	return first();
}
`;

/** A file with some lines replaced: each `-` line of the old text, and what stands in its place. */
function changed(path: string, changes: Record<string, string>): ChangedFile {
  const removed: number[] = [];
  const added: number[] = [];
  const after: string[] = [];
  for (const [index, line] of before.split('\n').entries()) {
    const instead = changes[line];
    if (instead === undefined) after.push(line);
    else {
      removed.push(index + 1);
      for (const text of instead.split('\n')) added.push(after.push(text));
    }
  }
  return { path, before, after: after.join('\n'), removed, added };
}

const none: readonly string[] = [];
const nowhere = (name: string): boolean => none.includes(name);
const of = (file: ChangedFile, isElsewhere = nowhere) => changedFunctions([file], isElsewhere);

it('a changed line is of the function around it', () => {
  expect(of(changed('fs/dax.c', { '\treturn 1;': '\treturn 2;' }))).toEqual({
    functions: [{ file: 'fs/dax.c', name: 'first' }],
    others: [],
  });
});

it('a new function changes nothing by itself, unless the kernel has one of its name elsewhere', () => {
  const file = changed('fs/dax.c', { '#define LIMIT 4': '#define LIMIT 4\n\nint third(void)\n{\n\treturn 3;\n}' });
  expect(of(file)).toEqual({ functions: [], others: ['fs/dax.c:9 is of the macro LIMIT'] });
  const only = { ...file, removed: [], added: file.added.slice(1) };
  expect(of(only)).toEqual({ functions: [], others: [] });
  expect(of(only, (name) => name === 'third').others).toEqual([
    'fs/dax.c defines third(), which the kernel has elsewhere',
  ]);
});

it('tables, includes, headers, Makefiles and new files can reach anything', () => {
  expect(
    of(changed('fs/dax.c', { 'static const int table[] = { 1, 2 };': 'static const int table[] = { 1 };' })).others,
  ).toEqual([
    'fs/dax.c:8 is of no function: static const int table[] = { 1, 2 };',
    'fs/dax.c:8 is of no function: static const int table[] = { 1 };',
  ]);
  expect(of(changed('fs/dax.c', { '#include <linux/dax.h>': '#include <linux/mm.h>' })).others).toHaveLength(2);
  expect(of(changed('include/linux/dax.h', { '\treturn 1;': '\treturn 2;' })).others).toEqual([
    'include/linux/dax.h is a header',
  ]);
  expect(of(changed('fs/Makefile', { '\treturn 1;': '\treturn 2;' })).others).toEqual(['fs/Makefile is no C file']);
  expect(of({ path: 'fs/new.c', before: undefined, after: '', removed: [], added: [] }).others).toEqual([
    'fs/new.c is new',
  ]);
});

it('comments, declarations of what is defined here, and documentation reach nothing', () => {
  const comment = '/* first() */\n\nint second(void);\nEXPORT_SYMBOL_GPL(second);';
  const file = changed('fs/dax.c', { '#define LIMIT 4': `#define LIMIT 4\n${comment}` });
  expect(of({ ...file, removed: [], added: file.added.slice(1) })).toEqual({ functions: [], others: [] });
  expect(of(changed('Documentation/dax.rst', { '\treturn 1;': 'x' }))).toEqual({ functions: [], others: [] });
});

it('what was inlined is touched in whoever has it', () => {
  const file = changed('fs/dax.c', { '\treturn 1;': '\treturn 2;' });
  expect(touchedFunctions([file], (name) => name === 'second')).toEqual({
    changed: [{ file: 'fs/dax.c', name: 'first' }],
    names: ['second'],
    open: [],
  });
  expect(touchedFunctions([file], nowhere).open).toEqual(['first() of fs/dax.c is in no function that the map has']);
});
