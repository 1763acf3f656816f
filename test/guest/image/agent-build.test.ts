// SPDX-License-Identifier: GPL-2.0-only
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { agentCommand, buildAgent } from '../../../harness/guest/image/agent-build.ts';
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

test('no compiler: the error names the Debian package', async () => {
  vi.stubEnv('HAZMAT_CACHE', folder);
  vi.stubEnv('PATH', folder);
  const error: unknown = await buildAgent().catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(InfraError);
  expect(error).toMatchObject({
    message: 'the agent cannot be built: the C compiler gcc is missing',
    hint: expect.stringContaining('apt-get install gcc') as string,
  });
});

test('no libjansson.a: the error names the Debian package', async () => {
  vi.stubEnv('HAZMAT_CACHE', folder);
  // A compiler that does not know the library: it gives back the bare name, as gcc does.
  mkdirSync(path.join(folder, 'bin'));
  const gcc = path.join(folder, 'bin', 'gcc');
  writeFileSync(gcc, '#!/bin/sh\ncase "$1" in *libjansson.a) echo libjansson.a;; *) echo /lib/x.a;; esac\n');
  chmodSync(gcc, 0o755);
  vi.stubEnv('PATH', `${path.dirname(gcc)}:${process.env.PATH ?? ''}`);
  await expect(buildAgent()).rejects.toMatchObject({
    message: 'the agent cannot be built: the static library libjansson.a is missing',
    hint: expect.stringContaining('apt-get install libjansson-dev') as string,
  });
});
