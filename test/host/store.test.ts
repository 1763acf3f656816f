// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { LabError, renderError } from '../../harness/host/errors.ts';
import { ownerTag, ownOwner } from '../../harness/host/owner.ts';
import { diskFull, Store } from '../../harness/host/store.ts';
import { anotherProcess, firstLine } from './another-process.ts';
import { temporaryFolder } from './temporary.ts';

const fill = (text: string) => (folder: string) => {
  writeFileSync(path.join(folder, 'data'), text);
  return Promise.resolve();
};

const read = (folder: string): string => readFileSync(path.join(folder, 'data'), 'utf8');

it('makes a thing once and finds it from then on', async () => {
  const store = new Store(path.join(temporaryFolder(), 'not/yet/there'));
  expect(store.find('k')).toBeUndefined();
  expect(store.entries()).toEqual([]);
  const folder = await store.ensure('k', fill('one'));
  expect(await store.ensure('k', fill('two'))).toBe(folder);
  expect(read(folder)).toBe('one');
  expect(store.find('k')).toBe(folder);
});

it('shows nothing of a thing that is still being made', async () => {
  const store = new Store(temporaryFolder());
  await store.ensure('k', async (folder) => {
    await fill('half')(folder);
    expect(store.find('k')).toBeUndefined();
    expect(store.entries()).toEqual([]);
  });
  expect(store.entries().map(({ key }) => key)).toEqual(['k']);
});

it('leaves nothing of a thing that could not be made, and can make it later', async () => {
  const store = new Store(temporaryFolder());
  const broken = store.ensure('k', async (folder) => {
    await fill('half')(folder);
    throw new LabError('no network');
  });
  await expect(broken).rejects.toThrow('no network');
  expect(readdirSync(store.root)).toEqual([]);
  expect(read(await store.ensure('k', fill('whole')))).toBe('whole');
});

it('names the disk when it is full', async () => {
  const store = new Store(temporaryFolder());
  const full = store.ensure('k', () => Promise.reject(Object.assign(new Error('write'), { code: 'ENOSPC' })));
  await expect(full).rejects.toThrow(`the disk is full: ${store.root} cannot be written`);
  const program = new LabError('dpkg-deb failed with exit code 2', { hint: 'dpkg-deb: No space left on device' });
  expect(renderError(diskFull(program, '/cache'))).toMatchInlineSnapshot(`
    "the disk is full: /cache cannot be written
      npx hazmat clean frees the cache; HAZMAT_CACHE and HAZMAT_RESULTS put cache and results elsewhere."
  `);
  expect(diskFull(new Error('some other thing'), '/cache')).toBeUndefined();
});

it('makes a thing once when one process asks twice at a time', async () => {
  const store = new Store(temporaryFolder());
  let made = 0;
  const make = (folder: string): Promise<void> => {
    made++;
    return fill('x')(folder);
  };
  await Promise.all([store.ensure('k', make), store.ensure('k', make), store.ensure('k', make)]);
  expect(made).toBe(1);
});

it('makes a thing once when several processes want it at a time', async () => {
  const root = temporaryFolder();
  const script = `
    import { appendFileSync } from 'node:fs';
    import { setTimeout as sleep } from 'node:timers/promises';
    import { Store } from './harness/host/store.ts';
    const folder = await new Store(process.env.ROOT + '/store').ensure('k', async (folder) => {
      appendFileSync(process.env.ROOT + '/made', process.pid + '\\n');
      await sleep(200);
      appendFileSync(folder + '/data', String(process.pid));
    });
    console.log(folder);`;
  const children = [1, 2, 3].map(() => anotherProcess(script, { ROOT: root }));
  const results = await Promise.all(children);
  expect(results.map(({ stdout }) => stdout)).toEqual(Array(3).fill(path.join(root, 'store/k')));
  const makers = readFileSync(path.join(root, 'made'), 'utf8').trim().split('\n');
  expect(makers).toHaveLength(1);
  expect(read(path.join(root, 'store/k'))).toBe(makers[0]);
});

it('goes on with a thing whose maker was killed, and sweeps what that one left', async () => {
  const root = temporaryFolder();
  const script = `
    import { writeFileSync } from 'node:fs';
    import { Store } from './harness/host/store.ts';
    await new Store(process.env.ROOT).ensure('k', (folder) => {
      writeFileSync(folder + '/data', 'half');
      console.log('making');
      setInterval(() => undefined, 1000);
      return new Promise(() => undefined);
    });`;
  const child = anotherProcess(script, { ROOT: root });
  expect(await firstLine(child)).toBe('making');
  const store = new Store(root);
  expect(store.sweep()).toEqual([]);
  const waiting = store.ensure('k', fill('whole'));
  child.kill('SIGKILL');
  await child;
  expect(read(await waiting)).toBe('whole');
  expect(readdirSync(root)).toHaveLength(2);
  expect(store.sweep()).toHaveLength(1);
  expect(readdirSync(root)).toEqual(['k']);
});

it('sweeps parts and trash of the dead, and nothing else', () => {
  const store = new Store(temporaryFolder());
  const live = ownerTag(ownOwner());
  const names = ['k', `.a.part.${live}`, `.a.trash.${live}`, '.a.part.999999999-1', '.b.trash.999999999-1', '.other'];
  for (const name of names) mkdirSync(path.join(store.root, name));
  expect(
    store
      .sweep()
      .map((folder) => path.basename(folder))
      .sort(),
  ).toEqual(['.a.part.999999999-1', '.b.trash.999999999-1']);
  expect(readdirSync(store.root).sort()).toEqual(['k', `.a.part.${live}`, `.a.trash.${live}`, '.other'].sort());
});

it('counts bytes on disk: a hole is nothing', async () => {
  const store = new Store(temporaryFolder());
  await store.ensure('k', async (folder) => {
    const { truncateSync } = await import('node:fs');
    writeFileSync(path.join(folder, 'ram'), '');
    truncateSync(path.join(folder, 'ram'), 2 ** 30);
    mkdirSync(path.join(folder, 'below'));
    writeFileSync(path.join(folder, 'below/data'), Buffer.alloc(8192, 1));
  });
  expect(store.entries()[0]?.bytes).toBe(8192);
});

/** A store of three things of 4096 bytes, `old` used first and `new` last. */
async function threeThings(): Promise<Store> {
  const store = new Store(temporaryFolder());
  for (const [index, key] of ['old', 'middle', 'new'].entries()) {
    const folder = await store.ensure(key, fill('x'.repeat(4096)));
    utimesSync(folder, 1000 + index, 1000 + index);
  }
  return store;
}

it('removes the least recently used things first, and no more than needed', async () => {
  const store = await threeThings();
  expect(store.shrink(3 * 4096)).toEqual([]);
  expect(store.shrink(2 * 4096).map(({ key }) => key)).toEqual(['old']);
  expect(store.shrink(4096).map(({ key }) => key)).toEqual(['middle']);
  expect(store.entries().map(({ key }) => key)).toEqual(['new']);
  expect(readdirSync(store.root)).toEqual(['new']);
});

it('takes a thing that was found for just used', async () => {
  const store = await threeThings();
  store.find('old');
  expect(store.shrink(2 * 4096).map(({ key }) => key)).toEqual(['middle']);
});

it('never removes what a live harness holds, even when that is too much; when it has gone it may', async () => {
  const store = await threeThings();
  store.hold('new');
  const storeModule = path.resolve(import.meta.dirname, '../../harness/host/store.ts');
  const other = anotherProcess(
    `const { Store } = await import(${JSON.stringify(storeModule)});
     new Store(${JSON.stringify(store.root)}).hold('old');
     console.log('held');
     setInterval(() => undefined, 1000);`,
  );
  expect(await firstLine(other)).toBe('held');
  expect(store.shrink(0).map(({ key }) => key)).toEqual(['middle']);
  other.kill('SIGKILL');
  await other;
  store.release();
  expect(store.shrink(0).map(({ key }) => key)).toEqual(['old', 'new']);
  expect(store.sweep()).toEqual([]);
  expect(readdirSync(store.root)).toEqual([]);
});

it('does not mind that somebody else has removed a thing', async () => {
  const store = await threeThings();
  new Store(store.root).remove('old');
  store.remove('old');
  expect(existsSync(path.join(store.root, 'old'))).toBe(false);
});
