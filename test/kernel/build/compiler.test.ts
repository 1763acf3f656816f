// SPDX-License-Identifier: GPL-2.0-only
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { ccacheArguments, compilerVersion } from '../../../harness/kernel/build/compiler.ts';
import { temporaryFolder } from '../../host/temporary.ts';

afterEach(() => vi.unstubAllEnvs());

test('the version is the first line of compiler and linker', async () => {
  expect(await compilerVersion()).toMatch(/^gcc .*\d+\.\d+.*; GNU ld .*\d+\.\d+/);
  expect(await compilerVersion()).not.toContain('\n');
});

test('without a compiler the program that is missing is named', async () => {
  vi.stubEnv('PATH', temporaryFolder());
  await expect(compilerVersion()).rejects.toThrow('the program gcc is not installed');
});

test('ccache is used where it is installed', () => {
  const folder = temporaryFolder();
  vi.stubEnv('PATH', folder);
  expect(ccacheArguments()).toEqual([]);
  writeFileSync(path.join(folder, 'ccache'), '#!/bin/sh\n');
  chmodSync(path.join(folder, 'ccache'), 0o755);
  expect(ccacheArguments()).toEqual(['CC=ccache gcc', 'HOSTCC=ccache gcc']);
});
