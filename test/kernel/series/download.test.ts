// SPDX-License-Identifier: GPL-2.0-only
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { readSeries } from '../../../harness/kernel/series/series.ts';
import { diffOf } from './small-series.ts';

afterEach(() => vi.unstubAllEnvs());

const mail = `From mail Mon Sep 17 00:00:00 2001\nFrom: A <a@localhost>\nSubject: [PATCH] a\n\nWhy.\n---\n${diffOf('\tint a;', '\tint b;')}\n`;

/** An archive that has these pages, and how often it was asked. */
async function archive(pages: Record<string, string | Buffer>): Promise<{ at: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const page = pages[request.url ?? ''];
    asked.push(request.url ?? '');
    response.writeHead(page === undefined ? 404 : 200).end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return { at: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

test('a thread and a raw mail are read from an archive, once', async () => {
  const { at, asked } = await archive({ '/1@localhost/t.mbox.gz': gzipSync(mail), '/2@localhost/raw': mail });
  for (const word of [`${at}/1@localhost/t.mbox.gz`, `${at}/2@localhost/raw`]) {
    const series = await readSeries(word);
    expect(series.patches.map(({ subject }) => subject)).toEqual(['a']);
    expect(await readSeries(word)).toEqual(series);
  }
  expect(asked).toEqual(['/1@localhost/t.mbox.gz', '/2@localhost/raw']);
});

test('a page of the archive is recognized, and what is not there is a mistake of the address', async () => {
  const { at } = await archive({ '/3@localhost/': `<html><pre>${mail}</pre></html>` });
  await expect(readSeries(`${at}/3@localhost/`)).rejects.toMatchObject({
    exitCode: 2,
    message: expect.stringContaining('is a web page') as string,
  });
  await expect(readSeries(`${at}/4@localhost/raw`)).rejects.toMatchObject({ exitCode: 2 });
});

test('an archive that does not answer, and one that must not be asked, are errors of the infrastructure', async () => {
  await expect(readSeries('http://127.0.0.1:1/5@localhost/raw')).rejects.toMatchObject({ exitCode: 3 });
  vi.stubEnv('HAZMAT_OFFLINE', '1');
  await expect(readSeries('http://127.0.0.1:1/6@localhost/raw')).rejects.toThrow('HAZMAT_OFFLINE is set');
});
