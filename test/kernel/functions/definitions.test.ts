// SPDX-License-Identifier: GPL-2.0-only
// The functions and macros of a C file, by its text.

import { expect, it } from 'vitest';
import { definitionsIn, withoutComments } from '../../../harness/kernel/functions/definitions.ts';

const source = `// SPDX-License-Identifier: GPL-2.0
#include <linux/dax.h>

#define DAX_SHIFT 3
#define dax_walk(x)	\\
	do {		\\
		visit(x);	\\
	} while (0)

static const struct dax_operations ops = {
	.direct_access = pmem_direct_access,
};

struct entry {
	void (*wake)(int);
};

/* what it does: {
}
*/
static void *dax_lock(struct xarray *xa,
		      bool wait)
{
	if (wait) {
		return NULL;
	}
	return "}";
}
EXPORT_SYMBOL_GPL(dax_lock);

static inline int one_line(void) { return 0; }
static int knr(int a) {
	return a;
}

static __printf(1, 2) void report(const char *text, ...)
{ }

#ifdef CONFIG_X
int two(void)
#else
int two(int x)
#endif
{
	return 2;
}
`;

it('finds functions and macros with their lines', () => {
  expect(definitionsIn(source).map(({ kind, name, first, last }) => [kind, name, first, last])).toEqual([
    ['macro', 'DAX_SHIFT', 4, 4],
    ['macro', 'dax_walk', 5, 8],
    ['function', 'dax_lock', 21, 28],
    ['function', 'one_line', 31, 31],
    ['function', 'knr', 32, 34],
    ['function', 'report', 36, 37],
    ['function', 'two', 42, 46],
  ]);
});

it('a table and a structure are nobody’s', () => {
  const names = definitionsIn(source).map(({ name }) => name);
  expect(names).not.toContain('ops');
  expect(names).not.toContain('entry');
});

it('comments become blanks, and lines stay; strings are no comments', () => {
  const text = 'a(); /* b\nc */ d("/* no */"); // e\n';
  expect(withoutComments(text)).toBe('a();     \n     d("/* no */");     \n');
});
