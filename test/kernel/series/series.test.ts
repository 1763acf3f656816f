// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { UsageError } from '../../../harness/host/errors.ts';
import { runProgram } from '../../../harness/host/program.ts';
import { quiltSeries } from '../../../harness/kernel/series/read-folder.ts';
import { readSeries, readSeriesOf } from '../../../harness/kernel/series/series.ts';
import { splitPart } from '../../../harness/kernel/spec.ts';
import { findSeries, seriesName } from '../../../harness/kernel/series/series-word.ts';
import { temporaryFolder } from '../../host/temporary.ts';

const diffOf = (file: string): string => `--- a/${file}\n+++ b/${file}\n@@ -1 +1 @@\n-a\n+b\n`;
const mailOf = (subject: string, body: string, headers = ''): string =>
  `From mail Mon Sep 17 00:00:00 2001\nFrom: A <a@localhost>\nSubject: ${subject}\n${headers}\n${body}\n`;

function put(files: Record<string, string | Buffer>): string {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

async function touched(word: string): Promise<string[]> {
  return (await readSeries(word)).patches.flatMap(({ files }) => files.map((file) => file.path));
}

async function refusal(word: string): Promise<UsageError> {
  try {
    await readSeries(word);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

test('a folder gives its patches in the order of names, without the cover letter', async () => {
  const folder = put({
    'v2-0002-b.patch': diffOf('b.c'),
    'v2-0001-a.patch': diffOf('a.c'),
    'v2-0000-cover-letter.patch': 'Subject: cover\n\nno diff\n',
    README: 'not a patch',
  });
  expect(await touched(folder)).toEqual(['a.c', 'b.c']);
});

test('a quilt series gives its own order, whether its folder or the folder above is named', async () => {
  const files = { series: '# why\nz.patch -p1\na.diff # last\n\n', 'z.patch': diffOf('z.c'), 'a.diff': diffOf('a.c') };
  expect(await touched(put(files))).toEqual(['z.c', 'a.c']);
  const below = Object.fromEntries(Object.entries(files).map(([name, text]) => [`patches/${name}`, text]));
  expect(await touched(put(below))).toEqual(['z.c', 'a.c']);
  expect(() => quiltSeries('a.patch\nb.patch -p0\n', 'x/series')).toThrow('b.patch has the option -p0');
  expect((await refusal(put({ series: 'gone.patch\n' }))).message).toContain('names gone.patch, which does not exist');
});

test('an mbox, gzipped or not, is read as git am reads it: decoded, without replies and cover letter', async () => {
  const encoded = Buffer.from(`why\n---\n${diffOf('second.c')}`).toString('base64');
  const mbox = [
    mailOf('[PATCH 0/2] cover', 'what for\n'),
    mailOf('Re: [PATCH 1/2] first', `> quoted\n${diffOf('reply.c')}`, 'In-Reply-To: <1@localhost>\n'),
    mailOf(
      '[PATCH 2/2] second',
      encoded,
      'Content-Transfer-Encoding: base64\nContent-Type: text/plain; charset=utf-8\n',
    ),
    mailOf('[PATCH 1/2]\n first', `why\n---\n${diffOf('first.c')}`),
  ].join('\n');
  const folder = put({ 'thread.mbox': mbox, 'thread.mbox.gz': gzipSync(mbox) });
  const { name, patches } = await readSeries(path.join(folder, 'thread.mbox'));
  expect(name).toBe('thread');
  expect(patches.map(({ files }) => files[0]?.path)).toEqual(['first.c', 'second.c']);
  expect(patches[0]?.name).toMatch(/thread\.mbox \(\[PATCH 1\/2\] first\)$/);
  expect(await touched(path.join(folder, 'thread.mbox.gz'))).toEqual(['first.c', 'second.c']);
});

test('DOS line ends are dropped', async () => {
  const folder = put({ 'dos.patch': diffOf('a.c').replaceAll('\n', '\r\n') });
  const [patch] = (await readSeries(path.join(folder, 'dos.patch'))).patches;
  expect(patch?.files[0]?.path).toBe('a.c');
  expect(patch?.diff).not.toContain('\r');
});

test('DOS line ends of a whole mailbox are dropped', async () => {
  const mbox = `${mailOf('[PATCH 1/2] one', `why\n---\n${diffOf('one.c')}`)}\n${mailOf('[PATCH 2/2] two', `why\n---\n${diffOf('two.c')}`)}`;
  const folder = put({ 'dos.mbox': mbox.replaceAll('\n', '\r\n') });
  const { patches } = await readSeries(path.join(folder, 'dos.mbox'));
  expect(patches.map(({ files }) => files[0]?.path)).toEqual(['one.c', 'two.c']);
  expect(patches.map(({ diff }) => diff).join('')).not.toContain('\r');
});

test('a single mail without the line that begins an mbox is a patch too', async () => {
  const mail = mailOf('[PATCH] alone', `why\n---\n${diffOf('alone.c')}`).replace(/^.*\n/, '');
  expect(await touched(path.join(put({ 'alone.patch': mail }), 'alone.patch'))).toEqual(['alone.c']);
});

test('format=flowed that broke no line is accepted: its blanks are removed', async () => {
  const body = `why\n---\n${diffOf('a.c').replace(/^ /gm, '  ')}`;
  const mbox = mailOf('[PATCH] a', body, 'Content-Type: text/plain; charset=utf-8; format=flowed\n');
  expect(await touched(path.join(put({ 'a.mbox': mbox }), 'a.mbox'))).toEqual(['a.c']);
});

test('two versions of a series in one thread are refused', async () => {
  const mbox = ['[PATCH 1/1] a', '[PATCH v2 1/1] a']
    .map((subject) => mailOf(subject, `---\n${diffOf('a.c')}`))
    .join('\n');
  expect((await refusal(path.join(put({ 'a.mbox': mbox }), 'a.mbox'))).message).toContain('v1 and v2');
});

test('a thread of an archive keeps its id as its name, and needs no file here', async () => {
  expect(seriesName('b4:<20260102.1-1@localhost>')).toBe('20260102.1-1@localhost');
  expect(findSeries('b4:20260102.1-1@localhost')).toBe('b4:20260102.1-1@localhost');
  expect((await refusal('b4:nothing')).message).toContain('has no message-id');
});

test('a range of a git repository is what git format-patch gives of it', async () => {
  const folder = put({ 'fs/a.c': 'a\n' });
  const git = (...args: string[]) =>
    runProgram(['git', '-C', folder, '-c', 'user.name=a', '-c', 'user.email=a@localhost', ...args]);
  await git('init', '-q');
  await git('add', '.');
  await git('commit', '-qm', 'base');
  await git('tag', 'base');
  writeFileSync(path.join(folder, 'fs/a.c'), 'b\n');
  await git('commit', '-qam', 'change a');
  const series = await readSeries(`git:${folder}@base..HEAD`);
  expect(series.patches.map(({ files }) => files[0]?.path)).toEqual(['fs/a.c']);
  expect(series.name).toBe(`${path.basename(folder)}@base..HEAD`);
  expect((await refusal(`git:${folder}@base..nonesuch`)).message).toContain('git does not know base..nonesuch');
});

test('a mangled patch is refused with file and line, and format=flowed is named', async () => {
  const wrapped = '--- a/a.c\n+++ b/a.c\n@@ -1,2 +1,2 @@\n \tone that is long\nenough\n-a\n+b\n';
  const plain = put({ 'a.patch': wrapped });
  expect((await refusal(plain)).at).toMatch(/a\.patch:5$/);
  const flowed = put({
    'a.mbox': mailOf('[PATCH] a', `why\n---\n${wrapped}`, 'Content-Type: text/plain; format=flowed\n'),
  });
  const error = await refusal(path.join(flowed, 'a.mbox'));
  expect(error.at).toMatch(/a\.mbox:11$/);
  expect(error.message).toContain('(format=flowed)');
});

test('a series that does not exist and one without a patch are errors', async () => {
  expect((await refusal('/nonesuch')).message).toBe('there is no series /nonesuch');
  expect((await refusal('git:/nonesuch')).message).toContain('is not a range of a git repository');
  expect((await refusal(put({ README: '' }))).message).toContain('has no patch');
  expect((await refusal(path.join(put({ 'a.patch': 'talk\n' }), 'a.patch'))).message).toContain('has no patch');
});

test('a shipped series is found from any working directory', async () => {
  expect(findSeries('kernels/series/xfs-notify-failure-range')).toMatch(/\/kernels\/series\/xfs-notify-failure-range$/);
  expect(seriesName('kernels/series/xfs-notify-failure-range/')).toBe('xfs-notify-failure-range');
  expect(await touched('kernels/series/xfs-notify-failure-range')).toEqual(['fs/xfs/xfs_notify_failure.c']);
});

test('a part of a series is its first patches, or those from one on', async () => {
  const folder = put({ '1.patch': diffOf('a'), '2.patch': diffOf('b'), '3.patch': diffOf('c') });
  const part = async (text: string): Promise<string[]> => {
    const { whole, part: range } = splitPart(text);
    const { patches } = await readSeriesOf({ words: [whole], part: range });
    return patches.flatMap(({ files }) => files.map((file) => file.path));
  };
  expect(await part(`${folder}#2`)).toEqual(['a', 'b']);
  expect(await part(`${folder}#2-`)).toEqual(['b', 'c']);
  expect(await part(`${folder}#2-2`)).toEqual(['b']);
  for (const wrong of ['#4', '#4-', '#3-2']) {
    await expect(part(`${folder}${wrong}`)).rejects.toThrow(`${folder}${wrong}: the series has 3 patches`);
  }
});
