// SPDX-License-Identifier: GPL-2.0-only
// The program is compiled when it starts: a copy of the checkout is edited and started.

import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { projectRoot } from '../../harness/host/places.ts';

let root = '';

beforeAll(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'hazmat-test-'));
  for (const name of ['bin', 'harness', 'package.json', 'package-lock.json']) {
    cpSync(path.join(projectRoot, name), path.join(root, name), { recursive: true });
  }
  mkdirSync(path.join(root, 'node_modules'));
  for (const name of readdirSync(path.join(projectRoot, 'node_modules')).filter((name) => name !== '.cache')) {
    symlinkSync(path.join(projectRoot, 'node_modules', name), path.join(root, 'node_modules', name));
  }
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

async function help(): Promise<string> {
  const { stdout } = await execa('node', [path.join(root, 'bin/hazmat.mjs'), '--help']);
  return stdout;
}

function describeAs(text: string): void {
  const file = path.join(root, 'harness/cli/main.ts');
  writeFileSync(file, readFileSync(file, 'utf8').replace(/\.description\('[^']*'\)/, `.description('${text}')`));
}

function kept(): string[] {
  return readdirSync(path.join(root, 'node_modules/.cache/hazmat'));
}

describe('the compiled program', () => {
  it('is that of the sources as they are, and is compiled once', async () => {
    describeAs('The first text.');
    expect(await help()).toContain('The first text.');
    expect(kept()).toHaveLength(1);
    expect(await help()).toContain('The first text.');
    expect(kept()).toHaveLength(1);
    describeAs('The second text.');
    expect(await help()).toContain('The second text.');
    expect(kept()).toHaveLength(2);
  });

  it('is compiled by several at once, and nothing else is left; old ones are forgotten', async () => {
    for (const text of ['a', 'b', 'c', 'd']) {
      describeAs(`Text ${text}.`);
      const texts = await Promise.all([help(), help(), help()]);
      for (const one of texts) expect(one).toContain(`Text ${text}.`);
    }
    expect(kept()).toHaveLength(4);
    expect(kept().filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('names a mistake in a source', async () => {
    const file = path.join(root, 'harness/cli/main.ts');
    const whole = readFileSync(file, 'utf8');
    writeFileSync(file, `${whole}\nconst = 1;\n`);
    const { stderr, exitCode } = await execa('node', [path.join(root, 'bin/hazmat.mjs'), '--help'], { reject: false });
    writeFileSync(file, whole);
    expect(exitCode).not.toBe(0);
    expect(stderr).toContain('harness/cli/main.ts');
  });

  it('is done without where it cannot be kept', async () => {
    rmSync(path.join(root, 'node_modules/.cache'), { recursive: true });
    writeFileSync(path.join(root, 'node_modules/.cache'), '');
    describeAs('Not kept.');
    expect(await help()).toContain('Not kept.');
  });
});
