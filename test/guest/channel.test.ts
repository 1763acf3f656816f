// SPDX-License-Identifier: GPL-2.0-only
import { Duplex } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { AgentChannel, longestLine, MalformedReply, RequestError } from '../../harness/guest/channel.ts';
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
const aTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Enough turns for a few messages: the channel pauses after some time, on a busy machine after each message. */
const settled = async (): Promise<void> => {
  for (let turns = 0; turns < 50; turns++) await aTurn();
};

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

test('a second line that is not a message ends the channel', async () => {
  const { far, channel } = connect();
  const reply = channel.request('ping', {});
  far.push('half"}\nSegmentation fault\n');
  await expect(reply).rejects.toThrow(
    'the agent sent a line that is not a message: Segmentation fault while ping was waited for',
  );
  expect(channel.ended).toBeInstanceOf(InfraError);
});

test('empty lines are no messages either, so a flood of them ends the channel at once', async () => {
  const { far, channel } = connect();
  far.push('\n');
  await settled();
  expect(channel.ended).toBeUndefined(); // the end of half a line
  far.push('\n\n');
  await settled();
  expect(channel.ended?.message).toBe('the agent sent a line that is not a message: an empty line');
});

test('a gap in the sequence is an infrastructure error', async () => {
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
    { seq: 1, event: 'reply', id: stuckId, ok: true, data: 'whatever' },
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
  const hello = { seq: 1, event: 'hello', protocol: 3, kernel: '6.12', pid: 1, kmsg: true };
  far.say(hello);
  expect(await early).toEqual(hello);
  expect(await channel.hello()).toEqual(hello);

  const other = connect();
  const refused = other.channel.hello();
  other.far.say({ ...hello, protocol: 99 });
  await expect(refused).rejects.toThrow('the agent speaks protocol 99, this harness 3');
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

describe('a hostile guest', () => {
  const wrong: [string, Record<string, unknown>, RegExp][] = [
    ['ok is missing', { data: { uptimeMs: 1 } }, /^the agent's reply to ping is malformed: ok: /],
    ['ok is not a boolean', { ok: 'yes', data: { uptimeMs: 1 } }, /^the agent's reply to ping is malformed: ok: /],
    ['data is missing', { ok: true }, /^the agent's reply to ping is malformed: data: /],
    [
      'data is null',
      { ok: true, data: null },
      /^the agent's reply to ping is malformed: Invalid input: expected object/,
    ],
    ['data is of the wrong type', { ok: true, data: { uptimeMs: 'soon' } }, /malformed: uptimeMs: /],
    ['data lacks a field', { ok: true, data: {} }, /malformed: uptimeMs: /],
    ['the error is missing', { ok: false }, /malformed: error: /],
    ['the error is an object', { ok: false, error: { toString: 1 } }, /malformed: error: /],
  ];

  test.each(wrong)('%s: that request is rejected, and the channel lives', async (_what, fields, error) => {
    const { far, channel } = connect();
    const reply = channel.request('ping', {});
    far.say({ seq: 1, event: 'reply', id: far.lastId, ...fields });
    const reason: unknown = await reply.catch((thrown: unknown) => thrown);
    expect(reason).toBeInstanceOf(MalformedReply);
    expect(reason).toBeInstanceOf(InfraError);
    expect(reason).toMatchObject({ op: 'ping', message: expect.stringMatching(error) as string });
    const next = channel.request('ping', {});
    far.say({ seq: 2, event: 'reply', id: far.lastId, ok: true, data: { uptimeMs: 2 } });
    expect(await next).toEqual({ uptimeMs: 2 });
  });

  test('a malformed reply that no request waits for is ignored', async () => {
    const { far, channel } = connect();
    const reply = channel.request('ping', {});
    far.say(
      { seq: 1, event: 'reply', id: far.lastId + 1 },
      { seq: 2, event: 'reply', id: far.lastId, ok: true, data: { uptimeMs: 2 } },
    );
    expect(await reply).toEqual({ uptimeMs: 2 });
  });

  test('an address that is not one is refused', async () => {
    const { far, channel } = connect();
    const reply = channel.request('map', {
      process: 'a',
      file: '/x',
      page: 0,
      pages: 1,
      mode: 'shared',
      sync: false,
      protection: 'read',
    });
    far.say({ seq: 1, event: 'reply', id: far.lastId, ok: true, data: { addr: '0xmap' } });
    await expect(reply).rejects.toThrow("the agent's reply to map is malformed: addr: ");
  });

  const lines: [string, string, RegExp][] = [
    ['an unknown event', '{"seq":2,"event":"__proto__"}', /^the agent sent a malformed message: event: .*__proto__/],
    ['a known event without its fields', '{"seq":2,"event":"exit"}', /^the agent sent a malformed message: process: /],
    ['a field of the wrong type', '{"seq":2,"event":"started","id":"1","pid":1}', /malformed message: id: /],
    ['a reply without an id', '{"seq":2,"event":"reply","ok":true,"data":{}}', /malformed message: id: /],
    [
      'an event that is not a string',
      '{"seq":2,"event":{"toString":1}}',
      /^the agent sent a line that is not a message/,
    ],
    ['a seq that is not a number', '{"seq":"2","event":"beat","uptimeMs":1}', /that is not a message/],
    ['a list', '[1,2]', /^the agent sent a line that is not a message: \[1,2\]/],
    ['null', 'null', /that is not a message: null/],
    ['a number', '7', /that is not a message: 7/],
    ['no JSON', 'Oops: 0000', /that is not a message: Oops: 0000/],
    ['NUL bytes', '\0\0', /that is not a message/],
    ['JSON that is nested deeply', '['.repeat(1_000_000), /that is not a message/],
  ];

  test.each(lines)('%s ends the channel with an infrastructure error', async (_what, line, error) => {
    const { far, channel, heard } = connect();
    const reply = channel.request('ping', {});
    far.say({ seq: 1, event: 'beat', uptimeMs: 1 });
    far.push(`${line}\n{"seq":3,"event":"beat","uptimeMs":1}\n`);
    const reason: unknown = await reply.catch((thrown: unknown) => thrown);
    expect(reason).toBeInstanceOf(InfraError);
    expect(reason).toMatchObject({ message: expect.stringMatching(error) as string });
    expect(heard).toHaveLength(1);
    await expect(channel.request('ping', {})).rejects.toBeInstanceOf(InfraError);
  });

  test('a line without end ends the channel', async () => {
    const { far, channel } = connect();
    const reply = channel.request('ping', {});
    const piece = 'x'.repeat(8 << 20);
    for (let sent = 0; sent <= longestLine; sent += piece.length) far.push(piece);
    await expect(reply).rejects.toThrow(`the agent sent a line of more than ${longestLine} bytes`);
  });
});

describe('a flood', () => {
  const record = (seq: number) =>
    `${JSON.stringify({ seq, event: 'kmsg', priority: 6, kseq: seq, us: seq, text: 'x'.repeat(100) })}\n`;

  test('leaves timers and signals of the harness their turn, and loses nothing', async () => {
    const { far, channel, heard } = connect();
    const count = 60_000;
    far.push(Array.from({ length: count }, (_, index) => record(index + 1)).join(''));
    // The turn before the last record: what the channel held back is not there yet.
    await aTurn();
    const soon = heard.length;
    while (heard.length < count && channel.ended === undefined) await aTurn();
    expect(soon).toBeLessThan(count);
    expect(heard.map(({ seq }) => seq)).toEqual(Array.from({ length: count }, (_, index) => index + 1));
  });

  test('is heard to its end before the end of the stream is', async () => {
    const { far, channel, heard } = connect();
    const count = 60_000;
    far.push(Array.from({ length: count }, (_, index) => record(index + 1)).join(''));
    await aTurn();
    far.destroy(new Error('reset'));
    while (channel.ended === undefined) await aTurn();
    expect(heard).toHaveLength(count);
    expect(channel.ended.message).toBe('the channel to the agent failed: reset');
  });

  test('of one line in many pieces is one message', async () => {
    const { far, channel } = connect();
    const reply = channel.request('read', { path: '/x' });
    await aTurn();
    const data = 'é'.repeat(4 << 20);
    const line = Buffer.from(
      `${JSON.stringify({ seq: 1, event: 'reply', id: far.lastId, ok: true, data: { data } })}\n`,
    );
    for (let at = 0; at < line.length; at += 65_521) far.push(line.subarray(at, at + 65_521));
    await expect(reply).resolves.toEqual({ data });
  });

  test('with a record that no kernel writes ends the channel', async () => {
    const { far, channel } = connect();
    const reply = channel.request('ping', {});
    far.push(`${JSON.stringify({ seq: 1, event: 'kmsg', priority: 6, kseq: 1, us: 1, text: 'k'.repeat(1 << 20) })}\n`);
    await expect(reply).rejects.toThrow('the agent sent a malformed message');
  });
});

test('a hundred thousand kernel records are parsed', async () => {
  const { far, channel, heard } = connect();
  const reply = channel.request('ping', {});
  const text = 'Memory failure: 0x12345: recovery action for dax page: Recovered';
  const line = (index: number) =>
    `${JSON.stringify({ seq: index + 1, event: 'kmsg', priority: 3, kseq: index, us: index, caller: 'T1', text })}\n`;
  for (let index = 0; index < 100_000; index += 500)
    far.push(Array.from({ length: 500 }, (_, offset) => line(index + offset)).join(''));
  far.say({ seq: 100_001, event: 'reply', id: far.lastId, ok: true, data: { uptimeMs: 1 } });
  await reply;
  expect(heard.filter(({ event }) => event === 'kmsg')).toHaveLength(100_000);
});
