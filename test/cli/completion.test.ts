// SPDX-License-Identifier: GPL-2.0-only
// Completion as the bash on this machine does it.

import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { projectRoot } from '../../harness/host/places.ts';

let folder = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-test-'));
  symlinkSync(path.join(projectRoot, 'bin/hazmat.mjs'), path.join(folder, 'hazmat'));
});

afterAll(() => rmSync(folder, { recursive: true }));

/** What bash offers for the last word of a line. */
async function offered(line: string): Promise<string[]> {
  const script = `
    eval "$(hazmat completion bash)"
    COMP_LINE=$1 COMP_POINT=\${#1}
    read -ra COMP_WORDS <<<"$1"
    [[ $1 == *' ' ]] && COMP_WORDS+=('')
    COMP_CWORD=$(( \${#COMP_WORDS[@]} - 1 ))
    _hazmat_completion
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const PATH = `${folder}:${process.env.PATH ?? ''}`;
  const { stdout } = await execa('bash', ['-c', script, 'bash', line], { env: { PATH } });
  return stdout.split('\n').filter((word) => word !== '');
}

it('completes a command', async () => {
  expect(await offered('hazmat comp')).toEqual(['compare', 'completion']);
});

it('completes a scenario that ships', async () => {
  expect(await offered('hazmat run -k 6.12 remove/shared-m')).toEqual(['remove/shared-mappers']);
});

it('completes a kernel', async () => {
  expect(await offered('hazmat compare --base 6.1')).toContain('6.12');
});

it('leaves a file to bash', async () => {
  expect(await offered('hazmat compare --series ')).toEqual([]);
});

it('refuses a shell that it has no script for', async () => {
  const { stderr, exitCode } = await execa(path.join(folder, 'hazmat'), ['completion', 'csh'], { reject: false });
  expect(exitCode).toBe(2);
  expect(stderr).toContain('bash, zsh, fish');
});
