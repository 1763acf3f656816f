// SPDX-License-Identifier: GPL-2.0-only
import { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { AgentChannel, RequestError } from '../../harness/guest/channel.ts';
import type { Message } from '../../harness/guest/protocol.ts';
import { InfraError } from '../../harness/host/errors.ts';

/** A stream whose far end is in the test's hands: what the harness wrote, and what the agent is to say. */
class FarEnd extends Duplex {
  readonly asked: { id: number; op: string }[] = [];

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    for (const line of chunk.toString().trim().split('\n'))
      this.asked.push(JSON.parse(line) as { id: number; op: string });
    done();
  }

  say(...messages: object[]): void {
    this.push(messages.map((message) => `${JSON.stringify(message)}\n`).join(''));
  }

  get lastId(): number {
    return this.asked.at(-1)?.id ?? -1;
  }
}

function connect() {
  const far = new FarEnd();
  const channel = new AgentChannel(far);
  const heard: Message[] = [];
  channel.onMessage((message) => heard.push(message));
  return { far, channel, heard };
}

/** Until the streams have passed everything on. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('matches replies with requests, in any order', async () => {
  const { far, channel } = connect();
  const first = channel.request('ping', {});
  const second = channel.request('calibrate', {});
  const [a, b] = far.asked;
  far.say(
    { seq: 1, event: 'reply', id: b?.id, ok: true, data: { microseconds: 5 } },
    { seq: 2, event: 'reply', id: a?.id, ok: true, data: { uptimeMs: 7 } },
  );
  expect(await second).toEqual({ microseconds: 5 });
  expect(await first).toEqual({ uptimeMs: 7 });
});

test('tells the pid that serves a request', async () => {
  const { far, channel } = connect();
  const pids: number[] = [];
  const reply = channel.request('read', { path: '/x' }, { onStarted: (pid) => pids.push(pid) });
  far.say(
    { seq: 1, event: 'started', id: far.lastId, pid: 42 },
    { seq: 2, event: 'reply', id: far.lastId, ok: true, data: { data: '' } },
  );
  await reply;
  expect(pids).toEqual([42]);
});

test('joins lines and characters that come in pieces', async () => {
  const { far, heard } = connect();
  const line = Buffer.from(
    `${JSON.stringify({ seq: 9, event: 'kmsg', priority: 6, kseq: 1, us: 1, text: 'gr\u00fc\u00df' })}\n`,
  );
  for (const byte of line) far.push(Buffer.from([byte]));
  await settled();
  expect(heard).toMatchObject([{ seq: 9, text: 'gr\u00fc\u00df' }]);
});

test('the first message of a forked guest may have any number, and half a line before it', async () => {
  const { far, channel, heard } = connect();
  far.push('ata":{"wrong":[]}}\n');
  far.say({ seq: 4711, event: 'beat', uptimeMs: 1 }, { seq: 4712, event: 'beat', uptimeMs: 2 });
  await settled();
  expect(heard.map((message) => message.seq)).toEqual([4711, 4712]);
  expect(channel.ended).toBeUndefined();
});

test('a second line that is no message ends the channel', async () => {
  const { far, channel } = connect();
  const reply = channel.request('ping', {});
  far.push('half"}\nSegmentation fault\n');
  await expect(reply).rejects.toThrow(
    'the agent sent what is no message: Segmentation fault while ping was waited for',
  );
  expect(channel.ended).toBeInstanceOf(InfraError);
});

test('a gap in the sequence is an error of the lab', async () => {
  const { far, channel, heard } = connect();
  const reply = channel.request('ping', {});
  far.say({ seq: 3, event: 'beat', uptimeMs: 1 }, { seq: 5, event: 'reply', id: far.lastId, ok: true, data: {} });
  await expect(reply).rejects.toThrow('messages of the agent are missing: 3 was followed by 5');
  await expect(reply).rejects.toBeInstanceOf(InfraError);
  expect(heard.map((message) => message.seq)).toEqual([3]);
});

test('a reply to what this channel never asked is ignored', async () => {
  const { far, channel } = connect();
  const reply = channel.request('ping', {});
  far.say(
    { seq: 1, event: 'reply', id: far.lastId + 1000, ok: true, data: { uptimeMs: 1 } },
    { seq: 2, event: 'reply', id: 0, ok: false, error: 'malformed JSON' },
    { seq: 3, event: 'reply', id: far.lastId, ok: true, data: { uptimeMs: 2 } },
  );
  expect(await reply).toEqual({ uptimeMs: 2 });
});

test('a refusal carries the agent’s words and how the process ended', async () => {
  const { far, channel } = connect();
  const reply = channel.request('kill', { process: 'a' });
  far.say({ seq: 1, event: 'reply', id: far.lastId, ok: false, error: 'no such thing', ended: 'signal 9 SIGKILL' });
  const error: unknown = await reply.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(RequestError);
  expect(error).toMatchObject({
    message: 'the agent could not serve kill: no such thing',
    op: 'kill',
    ended: 'signal 9 SIGKILL',
  });
});

test('giving up rejects with the reason and leaves the channel whole', async () => {
  const { far, channel } = connect();
  const deadline = new AbortController();
  const stuck = channel.request('write', { path: '/x', data: '1' }, { signal: deadline.signal });
  const stuckId = far.lastId;
  deadline.abort(new Error('10 s are over'));
  await expect(stuck).rejects.toThrow('10 s are over');
  const next = channel.request('ping', {});
  far.say(
    { seq: 1, event: 'reply', id: stuckId, ok: true, data: {} },
    { seq: 2, event: 'reply', id: far.lastId, ok: true, data: { uptimeMs: 3 } },
  );
  expect(await next).toEqual({ uptimeMs: 3 });
});

test('the end of the stream rejects what waits, and what is asked after it', async () => {
  const { far, channel } = connect();
  const ends: string[] = [];
  channel.onEnd((error) => ends.push(error.message));
  const waiting = channel.request('ping', {});
  far.push(null);
  await expect(waiting).rejects.toThrow('the agent closed its channel while ping was waited for');
  await expect(channel.request('ping', {})).rejects.toThrow('the agent closed its channel');
  await expect(channel.hello()).rejects.toThrow('the agent closed its channel');
  expect(ends).toEqual(['the agent closed its channel']);
});

test('close rejects what waits', async () => {
  const { channel } = connect();
  const waiting = channel.request('ping', {});
  channel.close();
  await expect(waiting).rejects.toThrow('the channel to the agent was closed');
});

test('hello: early or late, and only of the right protocol', async () => {
  const { far, channel } = connect();
  const early = channel.hello();
  const hello = { seq: 1, event: 'hello', protocol: 2, kernel: '6.12', pid: 1, kmsg: true };
  far.say(hello);
  expect(await early).toEqual(hello);
  expect(await channel.hello()).toEqual(hello);

  const other = connect();
  const refused = other.channel.hello();
  other.far.say({ ...hello, protocol: 99 });
  await expect(refused).rejects.toThrow('the agent speaks protocol 99, this harness 2');
});

test('a listener that was taken away hears nothing more', async () => {
  const { far, channel } = connect();
  const heard: number[] = [];
  const off = channel.onMessage((message) => heard.push(message.seq));
  far.say({ seq: 1, event: 'beat', uptimeMs: 1 });
  await settled();
  off();
  far.say({ seq: 2, event: 'beat', uptimeMs: 2 });
  await settled();
  expect(heard).toEqual([1]);
});
