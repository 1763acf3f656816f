// SPDX-License-Identifier: GPL-2.0-only
// The numbers of the lines that a diff removes and adds.

import { expect, it } from 'vitest';
import { changedLines } from '../../../harness/kernel/functions/read-changes.ts';

it('reads hunks without context', () => {
  const diff = `diff --git a/fs/dax.c b/fs/dax.c
--- a/fs/dax.c
+++ b/fs/dax.c
@@ -3,2 +3 @@ static int f(void)
-	old
-	--- older
+	new
@@ -10,0 +10,2 @@
+	+++ more
+	last
diff --git a/fs/gone.c b/fs/gone.c
--- a/fs/gone.c
+++ /dev/null
@@ -1 +0,0 @@
-x
`;
  expect([...changedLines(diff)]).toEqual([
    ['fs/dax.c', { removed: [3, 4], added: [3, 10, 11] }],
    ['fs/gone.c', { removed: [1], added: [] }],
  ]);
});
