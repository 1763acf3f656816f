// SPDX-License-Identifier: GPL-2.0-only
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { buildProgram } from '../../harness/guest/image/program-build.ts';
import { UsageError } from '../../harness/host/errors.ts';
import { readSources } from '../../harness/run/guest-sources.ts';
import { temporaryFolder } from '../host/temporary.ts';

function source(name: string, text: string): string {
  const file = path.join(temporaryFolder(), name);
  writeFileSync(file, text);
  return file;
}

it('a script is read as it is, a C program is compiled', async () => {
  const script = source('look.sh', 'echo seen\n');
  const program = source('look.c', '#include <stdio.h>\nint main(void) { puts("seen"); return 0; }\n');
  const sources = new Map([
    ['/run/look.sh', { path: script, id: '1' }],
    ['/run/look', { path: program, id: '2' }],
  ]);
  const read = await readSources({ sources });
  const contentOf = (file: string): Buffer => Buffer.from(read.get(file) ?? '', 'base64');
  expect(contentOf('/run/look.sh').toString()).toBe('echo seen\n');
  const built = await buildProgram(program);
  expect(contentOf('/run/look').equals(readFileSync(built))).toBe(true);
  expect(spawnSync(built).stdout.toString()).toBe('seen\n');
}, 120_000);

it('a program that cannot be compiled is a mistake of who wrote it', async () => {
  const program = source('wrong.c', 'int main(void) { return nothing; }\n');
  const failed = buildProgram(program);
  await expect(failed).rejects.toThrow(UsageError);
  await expect(failed).rejects.toThrow(/wrong\.c cannot be compiled/);
}, 120_000);
