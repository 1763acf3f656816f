// SPDX-License-Identifier: GPL-2.0-only
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { agentCommand, buildAgent } from '../../../harness/guest/image/agent-build.ts';
import { optionsOf } from '../../../harness/guest/image/agent-libraries.ts';
import { InfraError } from '../../../harness/host/errors.ts';
import { runProgram } from '../../../harness/host/program.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-build-'));
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

test('one static program, warnings are errors', () => {
  expect(agentCommand(['a.c', 'b.c'], '/out/agent').join(' ')).toMatchInlineSnapshot(
    `"gcc -static -s -O2 -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -o /out/agent a.c b.c -ljansson"`,
  );
});

test('builds once into the cache, and what it builds is static', async () => {
  vi.stubEnv('HAZMAT_CACHE', folder);
  const first = await buildAgent();
  expect(path.relative(folder, first.path)).toBe(path.join('agent', first.id, 'agent'));
  const built = statSync(first.path);
  expect(await buildAgent()).toEqual(first);
  expect(statSync(first.path).mtimeMs).toBe(built.mtimeMs);
  // ldd refuses what has no dynamic section.
  expect((await runProgram(['ldd', first.path], { accept: [1] })).stderr).toMatch(/not a dynamic executable/);
}, 120_000);

test('no compiler: the error says how to get one', async () => {
  vi.stubEnv('HAZMAT_CACHE', folder);
  vi.stubEnv('PATH', folder);
  const error: unknown = await buildAgent().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InfraError);
  expect(error).toMatchObject({
    message: 'the agent cannot be built: the C compiler gcc is missing',
    hint: expect.stringContaining('doctor --fix') as string,
  });
});

test('where it has to, it links libraries that lie unpacked in a folder', () => {
  expect(optionsOf('/libs', '/gcc/include').join(' ')).toMatchInlineSnapshot(
    `"--sysroot=/libs -nostdinc -isystem /gcc/include -isystem /libs/usr/include/x86_64-linux-gnu -isystem /libs/usr/include -B/libs/usr/lib/x86_64-linux-gnu -L/libs/usr/lib/x86_64-linux-gnu"`,
  );
});
