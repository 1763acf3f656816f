// SPDX-License-Identifier: GPL-2.0-only
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { B4Result } from '../../harness/report/b4-result.ts';
import { b4Check, type B4Check } from '../../harness/run/b4-check.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { before, diffOf } from '../kernel/series/small-series.ts';
import { userGit, writeTree } from '../kernel/source.ts';

const [a, b, c] = ['\tint a;', '\tint b;', '\tint c;'];

let folder: string;
let base: string;
beforeEach(() => {
  folder = temporaryFolder();
  vi.stubEnv('HAZMAT_CACHE', path.join(folder, 'cache'));
  vi.stubEnv('B4_TRACKING_FILE', '');
  const place = path.join(folder, 'linux');
  writeTree(place, { 'fs/a.c': before, Makefile: 'VERSION = 9\n' });
  userGit(place, 'init', '-q');
  userGit(place, 'add', '-A');
  userGit(place, 'commit', '-qm', 'first');
  base = `git:${place}@HEAD`;
});
afterEach(() => vi.unstubAllEnvs());

const mail = (subject: string, diff: string): string =>
  `From: A Developer <dev@localhost>\nMessage-ID: <1@localhost>\nSubject: ${subject}\n\nWhy.\n---\n${diff}`;

function check(what: B4Check, text: string, more: object = {}): Promise<B4Result[]> {
  return b4Check(what, text, [], { base, repeat: 1, jobs: 1, scratch: folder, ...more });
}

/** A series of two patches, in a file. */
function series(): string {
  const file = path.join(folder, 'two.mbox');
  const mails = [mail('[PATCH 1/2] one', diffOf(a, b)), mail('[PATCH 2/2] two', diffOf(b, c))];
  writeFileSync(file, mails.map((one) => `From mail Mon Sep 17 00:00:00 2001\n${one}\n`).join(''));
  return file;
}

test('a patch that is alone is applied to the base', async () => {
  expect(await check('patch', mail('[PATCH] a', diffOf(a, b)))).toEqual([
    { tool: 'hazmat', status: 'pass', summary: 'applies' },
  ]);
  expect(await check('patch', mail('[PATCH 1/1] a', diffOf(b, a)))).toMatchObject([
    { status: 'fail', summary: expect.stringContaining('does not apply: the hunk at line 2 of fs/a.c') as string },
  ]);
});

test('of a series the patches before it are applied, too', async () => {
  const of = { series: series() };
  expect(await check('patch', mail('[PATCH 2/2] two', diffOf(b, c)), of)).toMatchObject([{ status: 'pass' }]);
  expect(await check('patch', mail('[PATCH 3/3] three', diffOf(b, c)), of)).toMatchObject([
    { status: 'fail', summary: expect.stringContaining('the series has 2 patches') as string },
  ]);
});

test('of a cover letter there is nothing to say, of a mangled patch there is', async () => {
  expect(await check('patch', mail('[PATCH 0/2] cover', 'fs/a.c | 2 +-\n'))).toEqual([]);
  expect(await check('patch', mail('[PATCH] a', diffOf(a, b).replace(' {\n', '{\n')))).toMatchObject([
    { status: 'fail', summary: expect.stringContaining('was mangled') as string },
  ]);
});

test('the base can be the one that b4 review keeps', async () => {
  const tracking = path.join(folder, 'tracking.json');
  writeFileSync(tracking, JSON.stringify({ series: { 'base-commit': '0123456789abcdef', revision: 2 } }));
  vi.stubEnv('B4_TRACKING_FILE', tracking);
  const [result] = await check('patch', mail('[PATCH] a', diffOf(a, b)), { base: undefined });
  expect(result?.summary).toMatch(/^(git does not know 0123456789abcdef in|\. is not a git repository)/);
  vi.stubEnv('B4_TRACKING_FILE', '');
  await expect(check('patch', mail('[PATCH] a', diffOf(a, b)), { base: undefined })).rejects.toThrow(
    'a base is needed',
  );
});
