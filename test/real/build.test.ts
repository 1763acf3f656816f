// SPDX-License-Identifier: GPL-2.0-only
// Whole kernels from source: built once, however they are named; a change compiles what it touches; the error for what does
// not compile or boot names the patch.

import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { renderError } from '../../harness/host/errors.ts';
import { kernelCache } from '../../harness/kernel/kernel-cache.ts';
import type { Kernel } from '../../harness/kernel/kernel.ts';
import { moduleState } from '../../harness/kernel/module-index.ts';
import { resolveKernel } from '../../harness/kernel/resolve.ts';
import { sourceRepoFolder } from '../../harness/kernel/source/source-repo.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { userGit } from '../kernel/source.ts';
import { hazmat, latestRun } from './hazmat.ts';

const base = 'source:6.12';
/** The usual config fragments without what the scenarios here do without. */
const config = [path.join(import.meta.dirname, 'small.config')];
/** For the first build of all, which took 28 minutes on two busy cores. */
const buildTimeout = 45 * 60_000;

let kernel: Kernel;

async function resolved(spec: string): Promise<{ kernel: Kernel; notes: string[] }> {
  const notes: string[] = [];
  const found = await resolveKernel(spec, { config, progress: (note) => notes.push(note) });
  console.log([spec, ...notes.slice(-4)].join('\n  '));
  return { kernel: found, notes };
}

const runOn = (scenarios: string[], spec: string) =>
  hazmat(['run', ...scenarios, '--kernel', spec, ...config.flatMap((file) => ['--config', file])]);

beforeAll(async () => {
  ({ kernel } = await resolved(base));
}, buildTimeout);

test('a built kernel has everything built in, and passes where the stock one does', async () => {
  expect(kernel).toMatchObject({ spec: base, label: `${base} (small.config)` });
  expect(kernel.version).toMatch(/^6\.12\.\d+$/);
  expect(kernel.origin).toMatch(/^linux-source-6\.12 .*, configured as base pmem dax xfs ext4 dm ras .*small\.config$/);
  for (const module of ['ext4', 'nd_pmem', 'nfit', 'device_dax', 'hwpoison_inject']) {
    expect([module, moduleState(kernel, module)]).toEqual([module, 'builtin']);
  }
  const run = await runOn(['devdax/hwpoison', 'recover/ext4-preallocated'], base);
  expect(latestRun(run.results).cells.map(({ verdict }) => verdict)).toEqual(['pass', 'pass']);
  expect(run.exitCode).toBe(0);
});

test('the same source is never built twice: by its version, as a git commit, as a tarball, as a work tree', async () => {
  const folder = temporaryFolder();
  const clone = path.join(folder, 'linux');
  execFileSync('git', ['init', '-q', clone]);
  writeFileSync(path.join(clone, '.git/objects/info/alternates'), `${path.join(sourceRepoFolder(), 'objects')}\n`);
  const commit = sourceCommit();
  userGit(clone, 'checkout', '-q', commit);
  const tarball = path.join(folder, 'linux.tar');
  execFileSync('git', ['-C', clone, 'archive', '--prefix=linux/', '-o', tarball, 'HEAD']);
  for (const spec of [base, `git:${clone}@HEAD`, `tarball:${tarball}`, `tree:${clone}`]) {
    const again = await resolved(spec);
    expect(again.kernel.id).toBe(kernel.id);
    expect(again.notes.filter((note) => note.startsWith('building'))).toEqual([]);
  }
  rmSync(folder, { recursive: true });
});

function sources(...args: string[]): string {
  // stderr is piped: git complains of borrowed repositories that are gone, such as the one that a test above removed.
  return execFileSync('git', ['-C', sourceRepoFolder(), ...args], {
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** The commit of Debian's 6.12 in the repository of sources. */
function sourceCommit(): string {
  const refs = sources('for-each-ref', '--format=%(objectname)', 'refs/hazmat/debian').trim().split('\n');
  const commit = refs.find((one) => sources('cat-file', 'blob', `${one}:Makefile`).includes('PATCHLEVEL = 12\n'));
  if (commit === undefined) throw new Error('there is no source of 6.12');
  return commit;
}

/** A series in which each patch adds a line after the first line of a file that matches. */
function seriesOf(...patches: { file: string; behind: RegExp; add: string }[]): string {
  const folder = path.join(temporaryFolder(), 'some-series');
  mkdirSync(folder);
  const commit = sourceCommit();
  for (const [index, { file, behind, add }] of patches.entries()) {
    const text = sources('cat-file', 'blob', `${commit}:${file}`);
    const lines = text.split('\n');
    const at = lines.findIndex((line) => behind.test(line));
    if (at === -1) throw new Error(`${file} has no such line`);
    const diff = [
      `--- a/${file}`,
      `+++ b/${file}`,
      `@@ -${at + 1},2 +${at + 1},3 @@`,
      ` ${lines[at] ?? ''}`,
      `+${add}`,
      ` ${lines[at + 1] ?? ''}`,
      '',
    ];
    writeFileSync(path.join(folder, `000${index + 1}-change.patch`), diff.join('\n'));
  }
  return folder;
}

test(
  'a change in one file compiles that file',
  async () => {
    const behind = /^static int pmem_clear_poison|^blk_status_t pmem_clear_poison|^#include "nd.h"/;
    // Another text each time, because the cache would have it; and twice, because the build tree may be of any other kernel.
    const change = (): string => seriesOf({ file: 'drivers/nvdimm/pmem.c', behind, add: `/* ${randomUUID()} */` });
    const { kernel: before } = await resolved(`${base}+${change()}`);
    const { kernel: patched, notes } = await resolved(`${base}+${change()}`);
    expect(new Set([kernel.id, before.id, patched.id]).size).toBe(3);
    const objects = Number(/built \S+: (\d+) objects/.exec(notes.at(-1) ?? '')?.[1]);
    expect(objects).toBeGreaterThan(0);
    expect(objects).toBeLessThan(60);
    expect(readFileSync(patched.image).length).toBeGreaterThan(1_000_000);
    for (const { id } of [before, patched]) kernelCache().remove(id);
  },
  buildTimeout,
);

test(
  'what does not compile names the patch that last touched the line',
  async () => {
    const series = seriesOf(
      { file: 'drivers/nvdimm/claim.c', behind: /^#include "btt.h"|^#include "nd.h"/, add: '/* innocent */' },
      { file: 'drivers/nvdimm/pmem.c', behind: /^#include "nd.h"/, add: 'int broken = nowhere;' },
    );
    const error: unknown = await resolveKernel(`${base}+${series}`, { config }).catch((reason: unknown) => reason);
    console.log(renderError(error));
    expect(renderError(error)).toMatch(/linux-source-6\.12 .* with some-series does not compile/);
    expect(renderError(error)).toMatch(/0002-change\.patch last touched line \d+ of drivers\/nvdimm\/pmem\.c\./);
    expect(renderError(error)).toMatch(/drivers\/nvdimm\/pmem\.c:\d+:\d+: error: .*nowhere/);
  },
  buildTimeout,
);

test(
  'a kernel that does not boot is a crash, with its last messages',
  async () => {
    const add = '\tpanic("hazmat: no further");';
    const series = seriesOf({ file: 'init/main.c', behind: /^\tboot_cpu_hotplug_init\(\);/, add });
    const run = await runOn(['devdax/hwpoison'], `${base}+${series}`);
    const [cell] = latestRun(run.results).cells;
    expect(cell).toMatchObject({ verdict: 'crash', expected: false });
    expect(cell?.why).toContain('hazmat: no further');
    expect(run.exitCode).toBe(1);
  },
  buildTimeout,
);
