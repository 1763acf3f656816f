// SPDX-License-Identifier: GPL-2.0-only
// Two harnesses at once on one cache, as fast as they can. Whatever one of them throws fails the test.

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { Cache } from '../../harness/host/cache.ts';
import { scratchRoot } from '../../harness/host/places.ts';
import { makeScratch, sweepScratch } from '../../harness/host/scratch.ts';
import { anotherProcess, firstLine } from './another-process.ts';
import { temporaryFolder } from './temporary.ts';

const rounds = 40;

/** Starts another harness that does `work` with a cache again and again until it is ended. */
async function another(root: string, work: string, env = {}): Promise<{ end: () => Promise<void> }> {
  const child = anotherProcess(
    `
    import { Cache } from './harness/host/cache.ts';
    import { sweepScratch } from './harness/host/scratch.ts';
    import { setImmediate as turn } from 'node:timers/promises';
    const cache = new Cache(${JSON.stringify(root)});
    console.log('started');
    let stop = false;
    process.stdin.on('end', () => (stop = true)).resume();
    for (let n = 0; !stop; n++) { ${work}; await turn(); }
    process.exit();`,
    env,
  );
  expect(await firstLine(child)).toBe('started');
  return {
    end: async () => {
      child.stdin.end();
      const { exitCode, stderr } = await child;
      expect(stderr).toBe('');
      expect(exitCode).toBe(0);
    },
  };
}

const make = (folder: string): Promise<void> => {
  mkdirSync(path.join(folder, 'below'));
  writeFileSync(path.join(folder, 'below/data'), 'x');
  return Promise.resolve();
};

it('lists a cache while another makes and removes entries', async () => {
  const cache = new Cache(temporaryFolder());
  const other = await another(cache.root, 'cache.entries()');
  for (let n = 0; n < rounds; n++) {
    await cache.ensure(`k${n}`, make);
    expect(cache.remove(`k${n}`)).toBe(true);
  }
  await other.end();
});

it('has what it holds while another removes all that it can', async () => {
  const cache = new Cache(temporaryFolder());
  const other = await another(cache.root, 'cache.shrink(-1)');
  for (let n = 0; n < rounds; n++) {
    await cache.hold('k');
    const folder = await cache.ensure('k', make);
    expect(readFileSync(path.join(folder, 'below/data'), 'utf8')).toBe('x');
    cache.letGo('k');
  }
  await other.end();
});

it('sweeps while another sweeps the same', async () => {
  const cache = new Cache(temporaryFolder());
  const other = await another(cache.root, 'cache.sweep()');
  for (let n = 0; n < rounds; n++) {
    const tree = path.join(cache.root, `.new${n}`);
    for (let i = 0; i < 20; i++) {
      mkdirSync(path.join(tree, `d${i}`), { recursive: true });
      writeFileSync(path.join(tree, `d${i}/f`), 'x');
    }
    renameSync(tree, path.join(cache.root, `.trash.${n}`));
    cache.sweep();
  }
  await other.end();
});

it('makes and sweeps folders of sockets while another sweeps them', async () => {
  const root = temporaryFolder();
  vi.stubEnv('TMPDIR', root);
  onTestFinished(() => void vi.unstubAllEnvs());
  const other = await another(root, 'sweepScratch()', { TMPDIR: root });
  for (let n = 0; n < rounds; n++) {
    const left = path.join(scratchRoot(), `g${n}-999999999-1`);
    for (const name of ['qmp.sock', 'agent.sock', 'console.sock']) {
      mkdirSync(path.join(left, name), { recursive: true });
    }
    const own = makeScratch();
    sweepScratch();
    expect([existsSync(own), existsSync(left)]).toEqual([true, false]);
    rmSync(own, { recursive: true });
  }
  await other.end();
});
