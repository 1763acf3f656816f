// SPDX-License-Identifier: GPL-2.0-only
// The package that npm packs, unpacked elsewhere: it runs without this checkout.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../harness/host/places.ts';

let place = '';
let hazmat = '';

beforeAll(async () => {
  place = mkdtempSync(path.join(os.tmpdir(), 'hazmat-test-'));
  await execa('npm', ['pack', '--pack-destination', place], { cwd: projectRoot });
  const [file = ''] = readdirSync(place);
  await execa('tar', ['-xzf', path.join(place, file), '-C', place]);
  const root = path.join(place, 'package');
  hazmat = path.join(root, 'bin/hazmat.mjs');
  // npm install would put them there.
  mkdirSync(path.join(root, 'node_modules/@pnpm'), { recursive: true });
  for (const name of ['esbuild', '@esbuild', 'ssh2', '@pnpm/tabtab']) {
    symlinkSync(path.join(projectRoot, 'node_modules', name), path.join(root, 'node_modules', name));
  }
});

afterAll(() => rmSync(place, { recursive: true, force: true }));

async function run(...argv: string[]): Promise<string> {
  const env = { HAZMAT_RESULTS: '', XDG_STATE_HOME: path.join(place, 'state') };
  const { stdout } = await execa('node', [hazmat, ...argv], { cwd: place, env });
  return stdout;
}

describe('the package', () => {
  it('starts compiled, and leaves nothing of that in the checkout', async () => {
    expect(await run('--version')).toMatch(/^\d+\.\d+\.\d+$/);
    expect(existsSync(path.join(place, 'package/node_modules/.cache'))).toBe(false);
    expect(existsSync(path.join(projectRoot, 'dist'))).toBe(false);
  });

  it('has the scenarios, machines and mutants', async () => {
    expect(await run('scenario', 'list')).toContain('remove/shared-mappers');
    expect(await run('scenario', 'check')).toContain('remove/shared-mappers');
    expect(await run('mutants', '--list')).toContain('xfs-user-thaw-skipped');
    expect(await run('run', '--dry-run', 'remove/shared-mappers', '-k', '6.12')).toContain('qemu-system');
  });

  it('keeps results in the state folder of the user', async () => {
    await expect(run('report', 'latest')).rejects.toThrow(path.join(place, 'state/hazmat/results'));
  });

  it('has no test, no bench and no results', () => {
    const names = readdirSync(path.join(place, 'package'));
    expect(names.sort()).toEqual(
      [
        'LICENSE',
        'README.md',
        'bin',
        'debian-lock.json',
        'dist',
        'docs',
        'harness',
        'kernels',
        'node_modules',
        'package.json',
        'qemu',
        'scenarios',
      ].sort(),
    );
  });
});
