// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { readAddedLines } from '../../../harness/kernel/lines/added-lines.ts';

it('numbers added lines as the new file has them, in every hunk and file', () => {
  const diff = `diff --git a/fs/dax.c b/fs/dax.c
--- a/fs/dax.c
+++ b/fs/dax.c
@@ -10,0 +11,2 @@ static void f(void)
+	one();
+	two();
@@ -20,2 +22 @@
-	old();
-	older();
+	three();
diff --git a/fs/gone.c b/fs/gone.c
--- a/fs/gone.c
+++ /dev/null
@@ -1,2 +0,0 @@
-a
-b
diff --git a/fs/new.c b/fs/new.c
--- /dev/null
+++ b/fs/new.c
@@ -0,0 +1 @@
+++ /* looks like a heading */
\\ No newline at end of file
`;
  expect(readAddedLines(diff)).toEqual([
    { file: 'fs/dax.c', line: 11, text: '\tone();' },
    { file: 'fs/dax.c', line: 12, text: '\ttwo();' },
    { file: 'fs/dax.c', line: 22, text: '\tthree();' },
    { file: 'fs/new.c', line: 1, text: '++ /* looks like a heading */' },
  ]);
});
