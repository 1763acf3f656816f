// SPDX-License-Identifier: GPL-2.0-only
// The lines of a small source, compiled as kbuild does. The kernels of test/real have real ones.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { findLines } from '../../../harness/kernel/lines/find-lines.ts';
import type { PatchedSource } from '../../../harness/kernel/series/patched-source.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { repoOf, writeTree } from '../source.ts';

const before = {
  'include/page.h': 'static inline int is_bad(int page)\n{\n\treturn page;\n}\n',
  'arch/x86/boot/a.c': '#include <page.h>\nint at_boot(int x) { return is_bad(x); }\n',
  'fs/dax.c': '#include <page.h>\nint dax_fault(int x)\n{\n\treturn is_bad(x) + 1;\n}\n',
  'lib/odd.c': '#include <page.h>\nint odd(int x) { return is_bad(x); }\n',
};
const after = { ...before, 'include/page.h': before['include/page.h'].replace('return page', 'return page * 3') };

/** Compiles a file, and keeps the command as kbuild does. */
function compile(tree: string, file: string, more: string[] = [], kept: string[] = more): void {
  const object = file.replace(/\.c$/, '.o');
  const command = (options: string[]): string[] => [
    ...['gcc', '-O1', ...options, '-Iinclude', '-c', '-o', object, path.join(tree, file)],
  ];
  const [program = '', ...argv] = command(more);
  execFileSync(program, argv, { cwd: tree });
  const cmdFile = path.join(tree, path.dirname(object), `.${path.basename(object)}.cmd`);
  const source = `source_${object} := ${path.join(tree, file)}`;
  const headers = `deps_${object} := ${path.join(tree, 'include/page.h')}`;
  writeFileSync(cmdFile, `savedcmd_${object} := ${command(kept).join(' ')}\n\n${source}\n\n${headers}\n`);
}

it('finds the lines of a header in the objects of the kernel; one that cannot be compiled again is a note', async () => {
  const { repo, commit: base } = await repoOf(before);
  const { commit } = await repoOf(after, repo);
  const [tree, scratch] = [temporaryFolder(), temporaryFolder()];
  mkdirSync(tree, { recursive: true });
  writeTree(tree, after);
  compile(tree, 'fs/dax.c');
  compile(tree, 'arch/x86/boot/a.c', ['-m16']);
  compile(tree, 'lib/odd.c', [], ['-fno-such-option']);
  const vmlinux = path.join(tree, 'vmlinux');
  execFileSync('ld', ['-e', '0', '-o', vmlinux, 'fs/dax.o', 'lib/odd.o'], { cwd: tree });
  const source: PatchedSource = {
    ...{ repo, base: { commit: base, origin: 'small source' }, series: undefined, applied: [], commit },
  };
  const built = { tree, objects: tree, folders: [], modules: [], vmlinux };
  const found = await findLines(source, built, scratch);
  expect(found.lines).toEqual([{ file: 'include/page.h', line: 3, text: '\treturn page * 3;' }]);
  expect(new Set(found.functions.map(({ name, image }) => `${image} ${name}`))).toEqual(new Set(['vmlinux dax_fault']));
  expect(found.places.some(({ line }) => line === 0)).toBe(true);
  expect(found.notes).toEqual([expect.stringMatching(/^The line table of lib\/odd\.o could not be made: gcc failed/)]);
});
