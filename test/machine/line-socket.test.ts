// SPDX-License-Identifier: GPL-2.0-only
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { endedBefore, LineSocket } from '../../harness/machine/line-socket.ts';
import { temporaryFolder } from '../host/temporary.ts';

async function pair(): Promise<{ near: LineSocket; far: Socket; lines: string[]; closed: () => number }> {
  const file = path.join(temporaryFolder(), 's');
  const server = createServer().listen(file);
  await once(server, 'listening');
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const lines: string[] = [];
  let closings = 0;
  const near = new LineSocket(
    connect(file),
    (line) => lines.push(line),
    () => closings++,
  );
  const [far] = await accepted;
  onTestFinished(() => {
    near.close();
    far.destroy();
    server.close();
  });
  return { near, far, lines, closed: () => closings };
}

it('gives whole lines, however they were cut on the way', async () => {
  const { far, lines } = await pair();
  for (const piece of ['on', 'e\r\ntw', 'o\nthree']) {
    far.write(piece);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await expect.poll(() => lines).toEqual(['one', 'two']);
});

it('sends a line', async () => {
  const { near, far } = await pair();
  near.send('read 0x0 0x4');
  expect(String(await once(far, 'data'))).toBe('read 0x0 0x4\n');
});

it.each([
  ['the other side ends it', (far: Socket) => far.end()],
  ['this side closes it', (_far: Socket, near: LineSocket) => near.close()],
])('says once that the connection is closed: %s', async (_what, close) => {
  const { near, far, closed } = await pair();
  expect(near.closed).toBe(false);
  close(far, near);
  await expect.poll(() => near.closed).toBe(true);
  near.close();
  expect(closed()).toBe(1);
});

it('shortens a long command in an error', () => {
  expect(endedBefore('stop').message).toBe('QEMU ended before it answered stop');
  expect(endedBefore(`write 0x0 0x1000 0x${'00'.repeat(4096)}`).message.length).toBeLessThan(110);
});
