// SPDX-License-Identifier: GPL-2.0-only
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { Catalog } from '../../harness/kernel/catalog.ts';
import { checkSeries, type CheckedSeries } from '../../harness/kernel/check-series.ts';
import { kernelCache } from '../../harness/kernel/kernel-cache.ts';
import { makeArchive } from '../host/archive.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { before, diffOf } from './series/small-series.ts';
import { aptOfArchive, source, whole } from './stock/small-archive.ts';
import { userGit, writeTree } from './source.ts';

const catalog: Catalog = { lines: { '9.1': ['trixie'] }, without: [] };
const [a, b] = ['\tint a;', '\tint b;'];

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
  vi.stubEnv('HAZMAT_CACHE', path.join(folder, 'cache'));
});
afterEach(() => vi.unstubAllEnvs());

/** A repository of a user with one commit; the start of a kernel spec. */
function repository(): { spec: string; head: string } {
  const place = path.join(folder, 'linux');
  writeTree(place, { 'fs/a.c': before, Makefile: 'VERSION = 9\n' });
  userGit(place, 'init', '-q');
  userGit(place, 'add', '-A');
  userGit(place, 'commit', '-qm', 'first');
  return { spec: `git:${place}@HEAD`, head: userGit(place, 'rev-parse', 'HEAD') };
}

function put(name: string, text: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, text);
  return file;
}

const check = (spec: string): Promise<CheckedSeries> => checkSeries(spec, { apt: aptOfArchive(folder) }, catalog);

test('a series that applies is fine, also on top of another one that it needs', async () => {
  const { spec } = repository();
  const [one, two] = [put('one.patch', diffOf(a, b)), put('two.patch', diffOf(b, a))];
  expect(await check(`${spec}+${one}`)).toEqual({ notes: [], fault: undefined });
  expect(await check(`${spec}+${one}++${two}`)).toEqual({ notes: [], fault: undefined });
  expect((await check(`${spec}+${two}`)).fault?.message).toContain('does not apply: the hunk at line 2 of fs/a.c');
});

test('what does not apply names the base, and what its mails say it needs', async () => {
  const { spec } = repository();
  const text = `From: A <a@localhost>\nSubject: [PATCH] a\n\nWhy.\n\nbase-commit: ${'1'.repeat(40)}\n---\n${diffOf(b, a)}`;
  const { fault, notes } = await check(`${spec}+${put('a.patch', text)}`);
  expect(notes).toEqual([]);
  expect(fault?.hint).toMatch(/The base is git [0-9a-f]{12}/);
  expect(fault?.hint).toContain(`a: it was made on base-commit ${'1'.repeat(40)}`);
});

test('a base-commit that the base has is not worth a word, another one is', async () => {
  const { spec, head } = repository();
  const text = (base: string): string =>
    `From: A <a@localhost>\nSubject: [PATCH] a\n\nWhy.\n\nbase-commit: ${base}\n---\n${diffOf(a, b)}`;
  expect(await check(`${spec}+${put('same.patch', text(head))}`)).toEqual({ notes: [], fault: undefined });
  expect((await check(`${spec}+${put('other.patch', text('1'.repeat(40)))}`)).notes).toEqual([
    `other: it was made on base-commit ${'1'.repeat(40)}`,
  ]);
});

test('what is not here is not fetched: the series is only read', async () => {
  await makeArchive(path.join(folder, 'archive'), 'trixie', [whole('9'), source('9')]);
  expect(await check(`9.1+${put('a.patch', diffOf(b, a))}`)).toEqual({ notes: [], fault: undefined });
  expect(kernelCache().entries()).toEqual([]);
  await expect(check(`9.1+${put('talk.patch', 'talk\n')}`)).rejects.toThrow('talk.patch has no patch');
});

test('a line without a source says what can be used instead', async () => {
  await makeArchive(path.join(folder, 'archive'), 'trixie', [whole('9')]);
  expect((await check(`9.1+${put('a.patch', diffOf(a, b))}`)).fault).toMatchObject({
    message: 'Debian has no source of 9.1: a series cannot be put on it',
    hint: expect.stringContaining('--base tarball:linux-9.1.tar.xz') as string,
  });
});

test('a base that does not exist is a mistake, and a kernel without a series is fine', async () => {
  expect((await check(`git:/nonesuch@x+${put('a.patch', diffOf(a, b))}`)).fault?.message).toBe(
    'there is no folder /nonesuch',
  );
  expect(await check('9.1')).toEqual({ notes: [], fault: undefined });
});
