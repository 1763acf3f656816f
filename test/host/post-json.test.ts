// SPDX-License-Identifier: GPL-2.0-only
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { postJson } from '../../harness/host/post-json.ts';

/** A server that answers each request so, and what it was asked. */
async function server(status: number, body: string): Promise<{ host: string; asked: unknown[] }> {
  const asked: unknown[] = [];
  const made = createServer((request, response) => {
    void json(request).then((sent) => {
      const { method, url, headers } = request;
      asked.push({ method, url, authorization: headers.authorization, type: headers['content-type'], sent });
      response.writeHead(status).end(body);
    });
  });
  await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void made.close());
  return { host: `127.0.0.1:${(made.address() as AddressInfo).port}`, asked };
}

test('JSON is posted with the token of the address, and the answer returned', async () => {
  const { host, asked } = await server(200, '{"id":"7"}');
  expect(await postJson(`http://secret%2Ftoken@${host}/api`, 'submit', { a: 1 })).toBe('{"id":"7"}');
  expect(asked).toEqual([
    {
      method: 'POST',
      url: '/api/submit',
      authorization: 'Bearer secret/token',
      type: 'application/json',
      sent: { a: 1 },
    },
  ]);
});

test('a server that calls its tokens otherwise gets them so', async () => {
  const { host, asked } = await server(201, '');
  await postJson(`http://secret@${host}/api/`, 'patches/7/checks/', { state: 'success' }, 'Token');
  expect(asked).toMatchObject([{ url: '/api/patches/7/checks/', authorization: 'Token secret' }]);
});

test('what the server says against it is reported, without the token', async () => {
  const { host } = await server(422, 'tests[0].path');
  const failure = await postJson(`http://secret@${host}/`, 'submit', {}).catch((error: unknown) => error);
  expect(failure).toMatchObject({ exitCode: 3, hint: 'tests[0].path' });
  expect(String(failure)).toContain('answered 422');
  expect(String(failure)).not.toContain('secret');
});

test('a server that is not there is an infrastructure error', async () => {
  await expect(postJson('http://token@127.0.0.1:1/', 'submit', {})).rejects.toMatchObject({
    exitCode: 3,
    message: '127.0.0.1:1 does not answer',
  });
});

test('an address without a token, or that is not encrypted, is refused', async () => {
  for (const wrong of ['https://example.org/', 'http://token@example.org/', 'nonsense', ''])
    await expect(postJson(wrong, 'submit', {})).rejects.toMatchObject({ exitCode: 2 });
});
