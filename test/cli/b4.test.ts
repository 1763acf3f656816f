// SPDX-License-Identifier: GPL-2.0-only
// Series by way of the real b4, which Debian packages: a branch of b4 prep, and a thread of an archive on this machine.

import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { execaSync } from 'execa';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { findProgram } from '../../harness/host/needs.ts';
import { projectRoot } from '../../harness/host/places.ts';
import { baseOfSeries } from '../../harness/kernel/series/base-of-series.ts';
import { readSeries } from '../../harness/kernel/series/series.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { before, diffOf } from '../kernel/series/small-series.ts';
import { userGit, writeTree } from '../kernel/source.ts';

const hasB4 = findProgram('b4') !== undefined;
if (!hasB4) console.log('skipped: b4 is not installed (Debian package b4)');
const testWithB4 = test.skipIf(!hasB4);

beforeEach(() => {
  const home = temporaryFolder();
  vi.stubEnv('HOME', home);
  vi.stubEnv('XDG_CACHE_HOME', `${home}/cache`);
  vi.stubEnv('XDG_DATA_HOME', `${home}/data`);
});
afterEach(() => vi.unstubAllEnvs());

/** A repository with one commit, as a person has it who sends patches. */
function repository(): { place: string; head: string } {
  const place = temporaryFolder();
  writeTree(place, { 'fs/a.c': before });
  userGit(place, 'init', '-q', '-b', 'main');
  for (const [name, value] of [
    ['user.name', 'A Developer'],
    ['user.email', 'dev@localhost'],
  ] as const) {
    userGit(place, 'config', name, value);
  }
  userGit(place, 'add', '-A');
  userGit(place, 'commit', '-qm', 'first');
  return { place, head: userGit(place, 'rev-parse', 'HEAD') };
}

testWithB4('a branch of b4 prep is a series, and names its base', async () => {
  const { place, head } = repository();
  execaSync('b4', ['prep', '-n', 'a-fix', '-f', 'main'], { cwd: place, stdin: 'ignore' });
  for (const value of ['1', '2']) {
    writeFileSync(path.join(place, 'fs/a.c'), before.replace('int a;', `int a = ${value};`));
    userGit(place, 'commit', '-qam', `fs: a is ${value}`);
  }
  const series = await readSeries(`b4:prep@${place}`);
  expect(series.name).toBe('a-fix');
  expect(series.patches.map(({ subject }) => subject)).toEqual(['fs: a is 1', 'fs: a is 2']);
  expect(await baseOfSeries(`b4:prep@${place}`)).toBe(`git:${place}@${head.slice(0, 12)}`);
});

testWithB4('on another branch b4 says that it is none of its own', async () => {
  const { place } = repository();
  await expect(readSeries(`b4:prep@${place}`)).rejects.toMatchObject({
    exitCode: 2,
    message: `there is no b4 prep branch checked out in ${place}`,
  });
});

testWithB4('a message-id brings the series from an archive, without what was replied', async () => {
  const mail = (id: string, subject: string, body: string): string =>
    `From mboxrd@z Thu Jan  1 00:00:00 1970\nFrom: A Developer <dev@localhost>\nDate: Fri, 20 Nov 2026 12:00:00 +0000\nMessage-ID: <${id}>\nReferences: <1@localhost>\nIn-Reply-To: <1@localhost>\nSubject: ${subject}\n\n${body}\n`;
  const patch = `Why.\n\nSigned-off-by: A Developer <dev@localhost>\n---\n${diffOf('\tint a;', '\tint c;')}-- \n2.39\n`;
  const thread = `${mail('1@localhost', '[PATCH] fs: a', patch)}${mail('2@localhost', 'Re: [PATCH] fs: a', '> Why.\n\nReviewed-by: A Reviewer <reviewer@localhost>\n')}`;
  const server = createServer((request, response) => {
    const found = /^\/all\/1(@|%40)localhost\/t\.mbox\.gz$/.test(request.url ?? '');
    response.writeHead(found ? 200 : 404).end(found ? gzipSync(thread) : '');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  for (const [index, [name, value]] of [
    ['b4.midmask', `http://127.0.0.1:${port}/all/%s`],
    ['b4.searchmask', ''],
    ['b4.attestation-policy', 'off'],
  ].entries()) {
    vi.stubEnv(`GIT_CONFIG_KEY_${index}`, name);
    vi.stubEnv(`GIT_CONFIG_VALUE_${index}`, value);
  }
  vi.stubEnv('GIT_CONFIG_COUNT', '3');
  const { patches } = await readSeries('b4:1@localhost');
  expect(patches.map(({ diff }) => /^\+\t.*$/m.exec(diff)?.[0])).toEqual(['+\tint c;']);
  expect(patches[0]?.message).not.toContain('Reviewed-by');
});

const version = hasB4 ? execaSync('b4', ['--version'], { reject: false }).stdout.trim() : '';
const checks = /^0\.(1[4-9]|[2-9]\d)|^[1-9]/.test(version);

test.skipIf(!checks)('b4 prep --check asks hazmat of each patch of the branch', () => {
  const { place } = repository();
  userGit(place, 'config', 'b4.prep-perpatch-check-cmd', `${projectRoot}/bin/hazmat.mjs b4-check prep`);
  vi.stubEnv('HAZMAT_CACHE', path.join(place, '..', `${path.basename(place)}-cache`));
  execaSync('b4', ['prep', '-n', 'a-fix', '-f', 'main'], { cwd: place, stdin: 'ignore' });
  writeFileSync(path.join(place, 'fs/a.c'), before.replace('int a;', 'int a = 1;'));
  userGit(place, 'commit', '-qam', 'fs: a is 1');
  const check = (): string => {
    const { stdout, stderr } = execaSync('b4', ['prep', '--check', '--no-cache'], { cwd: place, stdin: 'ignore' });
    return `${stdout}${stderr}`;
  };
  expect(check()).toContain('Success: 1, Warning: 0, Error: 0');
  const wrong = `${projectRoot}/bin/hazmat.mjs b4-check prep --base tree:/nonesuch`;
  userGit(place, 'config', 'b4.prep-perpatch-check-cmd', wrong);
  expect(check()).toMatch(/ERROR: \/nonesuch is not a kernel tree[^]*Error: 1/);
});
