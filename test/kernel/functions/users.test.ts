// SPDX-License-Identifier: GPL-2.0-only
// Into which functions the code of one may have been inlined.

import { expect, it } from 'vitest';
import { SourceFile, symbolsFor } from '../../../harness/kernel/functions/users.ts';

const file = new SourceFile(`
#define check(x) is_bad(x)

static bool is_bad(int page)
{
	return page == 3;
}

static int clear(int page)
{
	/* is_good() is another one */
	return check(page) ? -1 : 0;
}

int do_write(int page)
{
	return clear(page);
}

int do_read(int page)
{
	return page;
}

static const struct operations ops = {
	.write = do_write,
};
`);

const withSymbol =
  (...names: string[]) =>
  (name: string) =>
    names.includes(name);

it('the users of a function are those that name it, through macros as well', () => {
  expect(file.usersOf('is_bad')).toEqual(['clear']);
  expect(file.usersOf('do_write')).toEqual([]);
  expect(file.usersOf('is_good')).toEqual([]);
});

it('without a symbol it is in whoever names it, and in whoever names those', () => {
  expect(symbolsFor('is_bad', file, withSymbol('do_write', 'do_read'))).toEqual(['do_write']);
});

it('with a symbol a copy of it may be in its users all the same, but not in theirs', () => {
  expect(symbolsFor('is_bad', file, withSymbol('is_bad', 'clear', 'do_write'))).toEqual(['is_bad', 'clear']);
  expect(symbolsFor('is_bad', file, withSymbol('is_bad', 'do_write'))).toEqual(['is_bad', 'do_write']);
});

it('a function that is nowhere is not known', () => {
  expect(symbolsFor('is_bad', file, withSymbol('do_read'))).toBeUndefined();
  expect(symbolsFor('do_write', file, withSymbol())).toBeUndefined();
});
