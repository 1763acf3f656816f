// SPDX-License-Identifier: GPL-2.0-only
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it, onTestFinished } from 'vitest';
import { InfraError } from '../../harness/host/errors.ts';
import { tryLock } from '../../harness/host/lock.ts';
import { redirectNotices } from '../../harness/host/notices.ts';
import { Cache } from '../../harness/host/cache.ts';
import { anotherProcess, firstLine } from './another-process.ts';
import { temporaryFolder } from './temporary.ts';

const fill = (text: string) => (folder: string) => {
  writeFileSync(path.join(folder, 'data'), text);
  return Promise.resolve();
};

/** What manifest.json takes on disk. */
const manifestBytes = 4096;
const thingBytes = 4096 + manifestBytes;

const read = (folder: string): string => readFileSync(path.join(folder, 'data'), 'utf8');

it('makes a thing once and finds it from then on', async () => {
  const cache = new Cache(path.join(temporaryFolder(), 'not/yet/there'));
  expect(cache.find('k')).toBeUndefined();
  expect(cache.entries()).toEqual([]);
  const folder = await cache.ensure('k', fill('one'));
  expect(await cache.ensure('k', fill('two'))).toBe(folder);
  expect(read(folder)).toBe('one');
  expect(cache.find('k')).toBe(folder);
});

it('shows nothing of a thing that is still being made', async () => {
  const cache = new Cache(temporaryFolder());
  await cache.ensure('k', async (folder) => {
    await fill('half')(folder);
    expect(cache.find('k')).toBeUndefined();
    expect(cache.entries()).toEqual([]);
  });
  expect(cache.entries().map(({ key }) => key)).toEqual(['k']);
});

it('leaves nothing of a thing that could not be made, and can make it later', async () => {
  const cache = new Cache(temporaryFolder());
  const broken = cache.ensure('k', async (folder) => {
    await fill('half')(folder);
    throw new InfraError('no network');
  });
  await expect(broken).rejects.toThrow('no network');
  expect(readdirSync(cache.root)).toEqual([]);
  expect(read(await cache.ensure('k', fill('whole')))).toBe('whole');
});

it('names the disk when it is full', async () => {
  const cache = new Cache(temporaryFolder());
  const full = cache.ensure('k', () => Promise.reject(Object.assign(new Error('write'), { code: 'ENOSPC' })));
  await expect(full).rejects.toThrow(`the disk is full: ${cache.root} cannot be written`);
});

it('makes a thing once when one process asks twice at a time', async () => {
  const cache = new Cache(temporaryFolder());
  let made = 0;
  const make = (folder: string): Promise<void> => {
    made++;
    return fill('x')(folder);
  };
  await Promise.all([cache.ensure('k', make), cache.ensure('k', make), cache.ensure('k', make)]);
  expect(made).toBe(1);
});

it('makes a thing once when several processes want it at a time', async () => {
  const root = temporaryFolder();
  const script = `
    import { appendFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { Cache } from './harness/host/cache.ts';
    const folder = await new Cache(process.env.ROOT + '/cache').ensure('k', async (folder) => {
      appendFileSync(process.env.ROOT + '/made', process.pid + '\\n');
      await sleep(200);
      appendFileSync(folder + '/data', String(process.pid));
    });
    console.log(folder);`;
  const children = [1, 2, 3].map(() => anotherProcess(script, { ROOT: root }));
  const results = await Promise.all(children);
  expect(results.map(({ stdout }) => stdout)).toEqual(Array(3).fill(path.join(root, 'cache/k')));
  const makers = readFileSync(path.join(root, 'made'), 'utf8').trim().split('\n');
  expect(makers).toHaveLength(1);
  expect(read(path.join(root, 'cache/k'))).toBe(makers[0]);
});

it('goes on with a thing whose maker was killed, and sweeps what that one left', async () => {
  const root = temporaryFolder();
  const script = `
    import { writeFileSync } from 'node:fs';
    import { Cache } from './harness/host/cache.ts';
    await new Cache(process.env.ROOT).ensure('k', (folder) => {
      writeFileSync(folder + '/data', 'half');
      console.log('making');
      setInterval(() => undefined, 1000);
      return new Promise(() => undefined);
    });`;
  const child = anotherProcess(script, { ROOT: root });
  expect(await firstLine(child)).toBe('making');
  const cache = new Cache(root);
  expect(cache.sweep()).toEqual([]);
  const waiting = cache.ensure('k', fill('whole'));
  child.kill('SIGKILL');
  await child;
  expect(read(await waiting)).toBe('whole');
  expect(readdirSync(root)).toEqual(['k']);
});

it('sweeps parts and trash of the dead, and nothing else', async () => {
  const cache = new Cache(temporaryFolder());
  const dead = ['.a.part', '.trash.0123456789ab', '.b.trash.999999999-1'];
  for (const name of ['k', ...dead, '.live-part.part', '.other']) mkdirSync(path.join(cache.root, name));
  writeFileSync(path.join(cache.root, '.k.hold.1-0123456789ab'), '');
  writeFileSync(path.join(cache.root, '.live.1-0123456789ab'), '');
  await cache.hold('k');
  const lock = tryLock(path.join(cache.root, '.live-part.lock'));
  const removed = cache.sweep().map((folder) => path.basename(folder));
  expect(removed.sort()).toEqual(dead.sort());
  const left = readdirSync(cache.root).sort();
  expect(left).toEqual([
    expect.stringMatching(/^\.k\.hold\./),
    '.live-part.lock',
    '.live-part.part',
    expect.stringMatching(/^\.live\./),
    '.other',
    'k',
  ]);
  lock?.release();
  cache.release();
});

it('counts bytes on disk: a hole is nothing', async () => {
  const cache = new Cache(temporaryFolder());
  await cache.ensure('k', async (folder) => {
    const { truncateSync } = await import('node:fs');
    writeFileSync(path.join(folder, 'ram'), '');
    truncateSync(path.join(folder, 'ram'), 2 ** 30);
    mkdirSync(path.join(folder, 'below'));
    writeFileSync(path.join(folder, 'below/data'), Buffer.alloc(8192, 1));
  });
  expect(cache.entries()[0]?.bytes).toBe(8192 + manifestBytes);
});

/** A cache of three things of 4096 bytes and a manifest, `old` used first and `new` last. */
async function threeThings(): Promise<Cache> {
  const cache = new Cache(temporaryFolder());
  for (const [index, key] of ['old', 'middle', 'new'].entries()) {
    const folder = await cache.ensure(key, fill('x'.repeat(4096)));
    utimesSync(folder, 1000 + index, 1000 + index);
  }
  return cache;
}

it('removes the least recently used things first, and no more than needed', async () => {
  const cache = await threeThings();
  expect(cache.shrink(3 * thingBytes)).toEqual([]);
  expect(cache.shrink(2 * thingBytes).map(({ key }) => key)).toEqual(['old']);
  expect(cache.shrink(thingBytes).map(({ key }) => key)).toEqual(['middle']);
  expect(cache.entries().map(({ key }) => key)).toEqual(['new']);
  expect(readdirSync(cache.root)).toEqual(['new']);
});

it('takes a thing that was found for just used', async () => {
  const cache = await threeThings();
  cache.find('old');
  expect(cache.shrink(2 * thingBytes).map(({ key }) => key)).toEqual(['middle']);
});

it('never removes what a live harness holds, even when that is too much; when it has gone it may', async () => {
  const cache = await threeThings();
  await cache.hold('new');
  const cacheModule = path.resolve(import.meta.dirname, '../../harness/host/cache.ts');
  const other = anotherProcess(
    `const { Cache } = await import(${JSON.stringify(cacheModule)});
     await new Cache(${JSON.stringify(cache.root)}).hold('old');
     console.log('held');
     setInterval(() => undefined, 1000);`,
  );
  expect(await firstLine(other)).toBe('held');
  expect(cache.shrink(0).map(({ key }) => key)).toEqual(['middle']);
  other.kill('SIGKILL');
  await other;
  cache.release();
  expect(cache.shrink(0).map(({ key }) => key)).toEqual(['old', 'new']);
  expect(cache.sweep()).toEqual([]);
  expect(readdirSync(cache.root)).toEqual([]);
});

it('does not mind that somebody else has removed a thing', async () => {
  const cache = await threeThings();
  new Cache(cache.root).remove('old');
  cache.remove('old');
  expect(existsSync(path.join(cache.root, 'old'))).toBe(false);
});

it('makes a thing again that was damaged, and says so', async () => {
  const cache = new Cache(temporaryFolder());
  const notices: string[] = [];
  onTestFinished(redirectNotices((_level, text) => notices.push(text)));
  const folder = await cache.ensure('k', fill('one'));
  writeFileSync(path.join(folder, 'data'), 'onE');
  expect(cache.find('k')).toBeUndefined();
  expect(read(await cache.ensure('k', fill('two')))).toBe('two');
  expect(notices).toEqual([
    `${path.basename(cache.root)}/k in the cache is damaged (data is damaged): it is removed and made again`,
  ]);
  expect(readdirSync(cache.root)).toEqual(['k']);
});

it('takes a thing that was copied with its cache, once it has read it', async () => {
  const cache = new Cache(path.join(temporaryFolder(), 'a'));
  await cache.ensure('k', fill('one'));
  const copy = new Cache(path.join(cache.root, '../b'));
  cpSync(cache.root, copy.root, { recursive: true });
  expect(copy.find('k')).toBeUndefined();
  expect(read(await copy.ensure('k', fill('two')))).toBe('one');
  expect(copy.find('k')).toBe(path.join(copy.root, 'k'));
});

it('does not remove on request what is held or being made', async () => {
  const cache = await threeThings();
  await cache.hold('old');
  expect(cache.remove('old')).toBe(false);
  await cache.ensure('another', async (folder) => {
    await fill('x')(folder);
    expect(new Cache(cache.root).sweep()).toEqual([]);
  });
  cache.letGo('old');
  expect(cache.remove('old')).toBe(true);
  expect(cache.remove('old')).toBe(true);
});

it('holds a thing that this process looks at closely, when it has been looked at', async () => {
  const cache = await threeThings();
  const file = path.join(cache.root, 'old/data');
  const now = new Date();
  utimesSync(file, now, now); // a stamp that differs: all of it is read
  const looking = cache.ensure('old', fill('other'));
  await cache.hold('old');
  expect(cache.remove('old')).toBe(false);
  expect(read(await looking)).toBe('x'.repeat(4096));
});

it('says whether a thing is whole, and removes it if it is not', async () => {
  const cache = await threeThings();
  const notices: string[] = [];
  onTestFinished(redirectNotices((_level, text) => notices.push(text)));
  expect(await cache.verify('old')).toBe(true);
  writeFileSync(path.join(cache.root, 'old/data'), 'y', { flag: 'r+' });
  expect(await cache.verify('old')).toBe(false);
  expect(cache.has('old')).toBe(false);
  expect(await cache.verify('old')).toBe(false);
  expect(notices).toEqual([expect.stringMatching(/old in the cache is damaged \(data is damaged\)/)]);
});

it('holds a thing against a removal that has begun', async () => {
  const cache = await threeThings();
  const lock = tryLock(path.join(cache.root, '.old.lock'));
  const other = anotherProcess(
    `import { Cache } from './harness/host/cache.ts';
     const cache = new Cache(${JSON.stringify(cache.root)});
     console.log('started');
     await cache.hold('old');
     console.log('held');
     setInterval(() => undefined, 1000);`,
  );
  const lines: string[] = [];
  createInterface({ input: other.stdout }).on('line', (line) => lines.push(line));
  await expect.poll(() => lines).toEqual(['started']);
  await sleep(200);
  expect(lines).toEqual(['started']);
  lock?.release();
  await expect.poll(() => lines).toEqual(['started', 'held']);
  expect(cache.remove('old')).toBe(false);
});
