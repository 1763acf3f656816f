// SPDX-License-Identifier: GPL-2.0-only
// Containers that share a cache, results or TMPDIR have other networks, pids and mounts. Each is played by unshare(1).

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa, execaSync } from 'execa';
import { afterEach, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { Cache } from '../../harness/host/cache.ts';
import { projectRoot } from '../../harness/host/places.ts';
import { makeScratch, scratchFolders, sweepScratch } from '../../harness/host/scratch.ts';
import { writeReports } from '../../harness/report/write-reports.ts';
import { finishInterruptedRuns } from '../../harness/results/interrupted-runs.ts';
import { RunFolder } from '../../harness/results/run-folder.ts';
import { temporaryFolder } from './temporary.ts';

/** Users other than root get them in a user namespace, where the host allows that. */
const unshare = ['unshare', ...(process.getuid?.() === 0 ? [] : ['--map-root-user'])];
const canUnshare =
  execaSync('unshare', [...unshare.slice(1), '--mount', '--net', '--pid', '--fork', 'true'], {
    reject: false,
  }).exitCode === 0;

/** Runs a script in new namespaces; returns what it prints. */
async function inNamespaces(kinds: string[], script: string, before = '', env = {}): Promise<string> {
  const node = [process.execPath, '--import', 'tsx', '--input-type=module', '--eval', script];
  const argv = before === '' ? node : ['sh', '-c', `${before} && exec "$@"`, 'sh', ...node];
  const [program = '', ...args] = [...unshare, ...kinds, ...argv];
  const { stdout } = await execa(program, args, { cwd: projectRoot, env });
  return stdout;
}

/** A namespace in which the pids of the processes outside mean others, or nobody. */
const otherPids = ['--pid', '--fork', '--mount-proc'];

afterEach(() => void vi.unstubAllEnvs());

const useCache = (root: string): string => `
  import { z } from 'zod';
import { Cache } from './harness/host/cache.ts';
  const cache = new Cache(${JSON.stringify(root)});`;

it.skipIf(!canUnshare).each([
  ['network', ['--net']],
  ['pid', otherPids],
  ['mount', ['--mount']],
])('waits for a thing that is made outside of its %s namespace', async (_kind, namespace) => {
  const cache = new Cache(temporaryFolder());
  const made = cache.ensure('k', async (folder) => {
    writeFileSync(path.join(folder, 'a'), '');
    await sleep(3000);
    writeFileSync(path.join(folder, 'b'), '');
  });
  await sleep(500);
  const script = `${useCache(cache.root)}
    const swept = cache.sweep();
    const folder = await cache.ensure('k', () => Promise.reject(new Error('made twice')));
    console.log(JSON.stringify([swept, folder]));`;
  expect(JSON.parse(await inNamespaces(namespace, script))).toEqual([[], path.join(cache.root, 'k')]);
  expect(readdirSync(await made).sort()).toEqual(['a', 'b', 'manifest.json']);
});

it.skipIf(!canUnshare)('keeps what a process in another pid namespace holds', async () => {
  const cache = new Cache(temporaryFolder());
  await cache.ensure('k', () => Promise.resolve());
  await cache.hold('k');
  const script = `${useCache(cache.root)}
    console.log(JSON.stringify([cache.sweep(), cache.shrink(0), cache.remove('k')]));`;
  expect(JSON.parse(await inNamespaces(otherPids, script))).toEqual([[], [], false]);
  cache.release();
  expect(JSON.parse(await inNamespaces(otherPids, script))).toEqual([
    [],
    [expect.objectContaining({ key: 'k' })],
    true,
  ]);
});

const sweep = (results: string): string => `
  import { sweepScratch } from './harness/host/scratch.ts';
  import { writeReports } from './harness/report/write-reports.ts';
  import { finishInterruptedRuns } from './harness/results/interrupted-runs.ts';
  console.log(JSON.stringify([sweepScratch(), await finishInterruptedRuns(${JSON.stringify(results)}, writeReports)]));`;

it.skipIf(!canUnshare)('sweeps no sockets and finishes no run of a process in another pid namespace', async () => {
  const [results, temporary] = [temporaryFolder(), temporaryFolder()];
  vi.stubEnv('TMPDIR', temporary);
  const [sockets, run] = [makeScratch(), await RunFolder.create(results, 'x', writeReports)];
  const script = sweep(results);
  const nothing = { finished: [], removed: [], failed: [] };
  expect(JSON.parse(await inNamespaces(otherPids, script, '', { TMPDIR: temporary }))).toEqual([[], nothing]);
  expect([existsSync(sockets), existsSync(run.path)]).toEqual([true, true]);
});

it.skipIf(!canUnshare)('sweeps what a process in another pid namespace left', async () => {
  const [results, temporary] = [temporaryFolder(), temporaryFolder()];
  vi.stubEnv('TMPDIR', temporary);
  const leave = `
    import { makeScratch } from './harness/host/scratch.ts';
    import { writeReports } from './harness/report/write-reports.ts';
    import { RunFolder } from './harness/results/run-folder.ts';
    const run = await RunFolder.create(${JSON.stringify(results)}, 'x', writeReports);
    console.log(JSON.stringify([makeScratch(), run.path]));
    // Like kill -9, which the first process of a pid namespace cannot do to itself.
    process.removeAllListeners('exit');`;
  const left = z.tuple([z.string(), z.string()]);
  const [sockets, run] = left.parse(JSON.parse(await inNamespaces(otherPids, leave, '', { TMPDIR: temporary })));
  expect(scratchFolders('ended')).toEqual([sockets]);
  expect(sweepScratch()).toEqual([`removed ${sockets}`]);
  expect(await finishInterruptedRuns(results, writeReports)).toEqual({ finished: [], removed: [run], failed: [] });
});

it.skipIf(!canUnshare)('locks a cache under two names once', async () => {
  const folder = temporaryFolder();
  const [real, bound] = [path.join(folder, 'real'), temporaryFolder()];
  const cache = new Cache(real);
  await cache.ensure('other', () => Promise.resolve());
  const made = cache.ensure('k', async (part) => {
    await sleep(3000);
    writeFileSync(path.join(part, 'maker'), 'first');
  });
  await sleep(300);
  const script = `${useCache(bound)}
    console.log(await cache.ensure('k', () => Promise.reject(new Error('made twice'))));`;
  const bind = `mount --bind ${real} ${bound}`;
  expect(await inNamespaces(['--mount'], script, bind)).toBe(path.join(bound, 'k'));
  expect(readFileSync(path.join(await made, 'maker'), 'utf8')).toBe('first');
});

it.skipIf(!canUnshare)('says that the disk is full, whatever became of the program that wrote to it', async () => {
  const root = temporaryFolder();
  const script = `${useCache(root)}
    import { writeFileSync } from 'node:fs';
    const make = (folder) => {
      try {
        writeFileSync(folder + '/ram', Buffer.alloc(4 << 20));
      } catch {}
      throw new Error('the agent closed its channel');
    };
    console.log(await cache.ensure('k', make).catch((error) => error.message));`;
  const said = await inNamespaces(['--mount'], script, `mount -t tmpfs -o size=2m none ${root}`);
  expect(said).toBe(`the disk is full: ${root} cannot be written`);
});
