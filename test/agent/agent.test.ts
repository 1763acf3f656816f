// SPDX-License-Identifier: GPL-2.0-only
// The real agent over stdin and stdout, on this machine.

import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Duplex } from 'node:stream';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { buildAgent } from '../../harness/guest/image/agent-build.ts';
import { AgentChannel } from '../../harness/guest/channel.ts';
import type { MapRequest, Message } from '../../harness/guest/protocol.ts';

const root = process.getuid?.() === 0;
const SIGBUS = os.constants.signals.SIGBUS;
const BUS_ADRERR = 2;

let program: string;
let folder: string;
const started: { child: ReturnType<typeof spawn>; channel: AgentChannel }[] = [];

beforeAll(async () => {
  program = (await buildAgent()).path;
}, 120_000);

afterEach(async () => {
  for (const { child, channel } of started.splice(0)) {
    channel.close();
    if (child.exitCode === null && child.signalCode === null)
      await new Promise((resolve) => child.once('exit', resolve));
  }
  if (folder) rmSync(folder, { recursive: true, force: true });
});

afterAll(() => {
  // An agent that left anything behind would be found here.
  expect(readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && exeOf(pid) === program)).toEqual([]);
});

function exeOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')[0] ?? '';
  } catch {
    return '';
  }
}

function agent(argv: string[] = [program, '--stdio']) {
  folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-agent-'));
  const child = spawn(argv[0] ?? '', argv.slice(1), { stdio: ['pipe', 'pipe', 'inherit'] });
  const channel = new AgentChannel(Duplex.from({ readable: child.stdout, writable: child.stdin }));
  const heard: Message[] = [];
  channel.onMessage((message) => heard.push(message));
  started.push({ child, channel });
  /** Sends a request as it is, and waits for the reply to this id. */
  const raw = (line: string, id: number) =>
    new Promise<Extract<Message, { event: 'reply' }>>((resolve, reject) => {
      const off = channel.onMessage((message) => {
        if (message.event !== 'reply' || message.id !== id) return;
        off();
        resolve(message);
      });
      channel.onEnd(reject);
      child.stdin.write(`${line}\n`);
    });
  const events = <E extends Message['event']>(event: E) =>
    heard.filter((message): message is Extract<Message, { event: E }> => message.event === event);
  const file = path.join(folder, 'data');
  return { channel, child, heard, raw, events, file };
}

function mapOf(file: string, pages: number, more: Partial<MapRequest> = {}): MapRequest {
  return { file, page: 0, pages, mode: 'shared', sync: false, protection: 'write', ...more };
}

describe('the channel', () => {
  test('says hello and answers', async () => {
    const { channel, child } = agent();
    expect(await channel.hello()).toMatchObject({
      seq: 1,
      protocol: 3,
      kernel: os.release(),
      pid: child.pid,
      kmsg: expect.any(Boolean) as boolean,
    });
    const { uptimeMs } = await channel.request('ping', {});
    expect(uptimeMs).toBeGreaterThan(0);
    expect(channel.lastHeardMs).toBeLessThan(60_000);
  });

  test('beats', async () => {
    const { channel } = agent();
    const beat = await new Promise<Message>((resolve) => {
      channel.onMessage((message) => {
        if (message.event === 'beat') resolve(message);
      });
    });
    expect(beat).toMatchObject({ event: 'beat', uptimeMs: expect.any(Number) as number });
  });

  test.each([
    ['malformed JSON', '{"id":1,', 0, /^malformed JSON: /],
    ['no object', '[1]', 0, /^a request is a JSON object$/],
    ['no id', '{"op":"ping"}', 0, /^"id" is missing/],
    ['an id of 0', '{"id":0,"op":"ping"}', 0, /^"id" is missing/],
    ['no op', '{"id":5}', 5, /^"op" is missing/],
    ['an op with a NUL', '{"id":5,"op":"ping\\u0000"}', 5, /^unknown op "ping/],
    ['an unknown op', '{"id":5,"op":"fly"}', 5, /^unknown op "fly"$/],
    ['a missing field', '{"id":5,"op":"read"}', 5, /^read: "path" is missing: a string is needed$/],
    ['a wrong type', '{"id":5,"op":"read","path":7}', 5, /^read: "path" must be a string$/],
    ['an unknown field', '{"id":5,"op":"ping","color":"red"}', 5, /^ping: unknown field "color"$/],
    ['a NUL in a path', '{"id":5,"op":"read","path":"/a\\u0000b"}', 5, /^read: "path" must not have a NUL in it$/],
    [
      'a seed out of range',
      '{"id":5,"op":"fill","file":"/x","page":0,"pages":1,"seed":257}',
      5,
      /^fill: "seed" must be from 1 to 256$/,
    ],
    [
      'a wrong word',
      '{"id":5,"op":"touch","process":"a","page":0,"pages":1,"how":"lick","seed":1}',
      5,
      /^touch: "how" must be "load" or "store"$/,
    ],
    [
      'MAP_SYNC on a private mapping',
      '{"id":5,"op":"map","process":"a","file":"/x","page":0,"pages":1,"mode":"private","sync":true,"protection":"read"}',
      5,
      /^map: "sync" goes with mode "shared" only$/,
    ],
    ['an empty argv', '{"id":5,"op":"run","argv":[]}', 5, /^run: "argv" must have at least 1 element$/],
    [
      'a process that is not there',
      '{"id":5,"op":"kill","process":"nobody"}',
      5,
      /^kill: there is no process "nobody"$/,
    ],
    [
      'a port that is not there',
      '{"id":5,"op":"forward","name":"hazmat.none","port":22}',
      5,
      /^forward: virtio port "hazmat.none": ENOENT$/,
    ],
  ])('%s is refused, and the agent lives', async (_what, line, id, error) => {
    const { channel, raw } = agent();
    expect(await raw(line, id)).toMatchObject({ ok: false, error: expect.stringMatching(error) as string });
    expect(await channel.request('ping', {})).toHaveProperty('uptimeMs');
  });

  test('blank lines and several requests in one piece', async () => {
    const { raw } = agent();
    await raw('\n\n{"id":1,"op":"ping"}\n{"id":2,"op":"ping"}', 2);
  });

  test.runIf(root)('what the kernel logged comes before the reply', async () => {
    const { channel, heard } = agent();
    if (!(await channel.hello()).kmsg) {
      expect(existsSync('/dev/kmsg')).toBe(false);
      return;
    }
    const marks = Array.from({ length: 50 }, (_, index) => `hazmat test ${process.pid} line ${index}`);
    for (const mark of marks) writeFileSync('/dev/kmsg', `<6>${mark} "quoted" \\ grün\n`);
    await channel.request('ping', {});
    const reply = heard.findIndex((message) => message.event === 'reply');
    const lines = heard.slice(0, reply).flatMap((message) => (message.event === 'kmsg' ? [message] : []));
    const ours = lines.filter(({ text }) => text.startsWith(`hazmat test ${process.pid} `));
    expect(ours.map(({ text }) => text)).toEqual(marks.map((mark) => `${mark} "quoted" \\x5c gr\\xc3\\xbcn`));
    // Facility 1 (user), level 6: what user space writes is never taken for the kernel's own.
    expect(new Set(ours.map(({ priority }) => priority))).toEqual(new Set([14]));
  });

  test('the end of its input ends it and everything it started', async () => {
    const { channel, child, events } = agent();
    await channel.request('spawn', { process: 'a' });
    void channel.request('run', { argv: ['sh', '-c', 'sleep 1000 & sleep 1000'] }).catch(() => undefined);
    const run = await waitFor(() => events('started')[0]);
    const group = `/proc/${run.pid}/task/${run.pid}/children`;
    const sleepers = await waitFor(() => {
      const pids = readFileSync(group, 'utf8').trim().split(' ').filter(Boolean);
      return pids.length === 2 ? pids : undefined;
    });
    child.stdin.end();
    await new Promise((resolve) => child.once('exit', resolve));
    for (const pid of [String(run.pid), ...sleepers]) expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(child.exitCode).toBe(0);
  });
});

async function waitFor<T>(look: () => T | undefined): Promise<T> {
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('programs', () => {
  test('exit status, output, input, directory and environment', async () => {
    const { channel, heard } = agent();
    const argv = ['sh', '-c', 'cat; pwd; echo "$COLOR"; echo oops >&2; exit 3'];
    const pids: number[] = [];
    const result = await channel.request(
      'run',
      { argv, stdin: 'in\n', cwd: '/usr', env: { COLOR: 'red' } },
      { onStarted: (pid) => pids.push(pid) },
    );
    expect(result).toMatchObject({ exit: 3, stdout: 'in\n/usr\nred\n', stderr: 'oops\n' });
    expect(result).not.toHaveProperty('truncated');
    expect(result.durationMs).toBeGreaterThan(0);
    expect(pids).toHaveLength(1);
    expect(heard.findIndex(({ event }) => event === 'started')).toBeLessThan(
      heard.findIndex(({ event }) => event === 'reply'),
    );
  });

  test('death by signal', async () => {
    const { channel } = agent();
    expect(await channel.request('run', { argv: ['sh', '-c', 'kill -TERM $$'] })).toMatchObject({ signal: 15 });
  });

  test('more than 1 MiB is truncated, and marked so', async () => {
    const { channel } = agent();
    const result = await channel.request('run', { argv: ['head', '-c', '3000000', '/dev/zero'] });
    expect(result).toMatchObject({ exit: 0, truncated: true });
    expect(result.stdout).toHaveLength(1 << 20);
  });

  test('what is not UTF-8 is replaced', async () => {
    const { channel } = agent();
    const result = await channel.request('run', { argv: ['printf', 'a\\377\\303\\274\\355\\240\\200z'] });
    expect(result.stdout).toBe('a\ufffdü\ufffd\ufffd\ufffdz');
  });

  test('a large input and output at once', async () => {
    const { channel } = agent();
    const stdin = 'x'.repeat(900_000);
    expect((await channel.request('run', { argv: ['cat'], stdin })).stdout).toBe(stdin);
  });

  test('a daemon that keeps the output open does not keep the reply', async () => {
    const { channel } = agent();
    expect(await channel.request('run', { argv: ['sh', '-c', 'sleep 1000 & echo up'] })).toMatchObject({
      stdout: 'up\n',
    });
  });

  test('a missing program or directory is an error that names it', async () => {
    const { channel } = agent();
    await expect(channel.request('run', { argv: ['/no/such'] })).rejects.toThrow('run: exec: ENOENT');
    await expect(channel.request('run', { argv: ['true'], cwd: '/no/such' })).rejects.toThrow('run: chdir: ENOENT');
    await expect(channel.request('run', { argv: ['true'], env: { 'A=B': '' } })).rejects.toThrow('run: setenv: EINVAL');
  });

  test('one that hangs keeps nothing else waiting', async () => {
    const { channel } = agent();
    const pid = await new Promise<number>((resolve) => {
      channel.request('run', { argv: ['sleep', '1000'] }, { onStarted: resolve }).catch(() => undefined);
    });
    await channel.request('ping', {});
    expect(await channel.request('run', { argv: ['true'] })).toMatchObject({ exit: 0 });
    // `started` comes from the child before it becomes the program.
    await expect.poll(() => exeOf(String(pid))).toBe('sleep');
  });
});

describe('files', () => {
  test('writes and reads attributes', async () => {
    const { channel, file } = agent();
    expect(await channel.request('write', { path: file, data: 'x' })).toMatchObject({
      result: -1,
      call: 'open',
      error: 'ENOENT',
    });
    expect(await channel.request('write', { path: file, data: 'ab\n', create: true })).toMatchObject({
      result: 3,
      call: 'write',
    });
    expect(await channel.request('read', { path: file })).toEqual({ data: 'ab\n' });
    expect(await channel.request('write', { path: '/dev/full', data: 'x' })).toMatchObject({
      result: -1,
      call: 'write',
      error: 'ENOSPC',
    });
    expect(await channel.request('read', { path: path.dirname(file) })).toEqual({
      data: '',
      call: 'read',
      error: 'EISDIR',
    });
    writeFileSync(file, Buffer.alloc((1 << 20) + 1));
    expect(await channel.request('read', { path: file })).toEqual({ data: '', call: 'read', error: 'EFBIG' });
  });

  test('fills files with a pattern, and finds every page that does not hold it', async () => {
    const { channel, file } = agent();
    expect(await channel.request('fill', { file, page: 0, pages: 100, seed: 7 })).toEqual({});
    expect(statSync(file).size).toBe(100 * 4096);
    expect(await channel.request('fill', { file, page: 10, pages: 2, seed: 9 })).toEqual({});
    const bytes = readFileSync(file);
    bytes[20 * 4096 + 3000] = (bytes[20 * 4096 + 3000] ?? 0) ^ 1; // torn
    bytes.copyWithin(30 * 4096, 31 * 4096, 32 * 4096); // another page's
    writeFileSync(file, bytes);
    expect(await channel.request('verify', { file, page: 0, pages: 101, seed: 7 })).toEqual({
      wrong: [{ page: 10, holds: 9 }, { page: 11, holds: 9 }, { page: 20 }, { page: 30 }],
      failed: [{ page: 100, error: 'EOF' }],
    });
    expect(await channel.request('verify', { file: `${file}.not`, page: 0, pages: 1, seed: 7 })).toEqual({
      wrong: [],
      failed: [],
      call: 'open',
      error: 'ENOENT',
    });
    expect(await channel.request('fill', { file: '/dev/full', page: 0, pages: 1, seed: 1 })).toEqual({
      call: 'pwrite',
      error: 'ENOSPC',
    });
  });

  test('pread and pwrite, short and with a bad buffer', async () => {
    const { channel, file } = agent();
    await channel.request('fill', { file, page: 0, pages: 4, seed: 3 });
    expect(await channel.request('pread', { file, offset: 4096, length: 65536 })).toEqual({
      result: 3 * 4096,
      call: 'pread',
      seeds: [3, 3, 3],
    });
    // Bytes 100 to 8292: only page 1 is whole.
    expect(await channel.request('pread', { file, offset: 100, length: 8192 })).toMatchObject({
      result: 8192,
      seeds: [3],
    });
    expect(await channel.request('pread', { file, offset: 1 << 20, length: 10 })).toEqual({
      result: 0,
      call: 'pread',
      seeds: [],
    });
    expect(await channel.request('pwrite', { file, offset: 4096, length: 4096, seed: 8 })).toEqual({
      result: 4096,
      call: 'pwrite',
    });
    // The first half of page 2 of another seed: torn.
    expect(await channel.request('pwrite', { file, offset: 8192, length: 2048, seed: 8 })).toMatchObject({
      result: 2048,
    });
    expect(await channel.request('pread', { file, offset: 0, length: 16384 })).toMatchObject({
      seeds: [3, 8, null, 3],
    });
    // Its second half makes it whole.
    expect(await channel.request('pwrite', { file, offset: 10240, length: 2048, seed: 8 })).toMatchObject({
      result: 2048,
    });
    expect(await channel.request('pread', { file, offset: 0, length: 16384 })).toMatchObject({ seeds: [3, 8, 8, 3] });
    expect(await channel.request('pwrite', { file, offset: 0, length: 4096, seed: 8, badBuffer: true })).toEqual({
      result: -1,
      call: 'pwrite',
      error: 'EFAULT',
    });
    expect(await channel.request('pread', { file: `${file}.not`, offset: 0, length: 1 })).toEqual({
      result: -1,
      call: 'open',
      error: 'ENOENT',
      seeds: [],
    });
  });

  test('extents of a file', async () => {
    const { channel } = agent();
    const { extents, error } = await channel.request('extents', { file: program });
    // A tmpfs or an overlay may have no FIEMAP; then it says so.
    if (error !== undefined) {
      expect(error).toBe('EOPNOTSUPP');
      return;
    }
    expect(extents[0]?.logical).toBe(0);
    expect(extents.reduce((sum, { length }) => sum + length, 0)).toBeGreaterThanOrEqual(statSync(program).size);
  });
});

describe('processes', () => {
  test('map, load, store: what is stored is in the file', async () => {
    const { channel, file } = agent();
    await channel.request('fill', { file, page: 0, pages: 8, seed: 5 });
    const { pid } = await channel.request('spawn', { process: 'mapper' });
    expect(readFileSync(`/proc/${pid}/comm`, 'utf8')).toBe('mapper\n');
    const { addr } = await channel.request('map', { process: 'mapper', ...mapOf(file, 4, { page: 4 }) });
    expect(addr).toMatch(/^0x[0-9a-f]+000$/);
    expect(await channel.request('touch', { process: 'mapper', page: 0, pages: 4, how: 'load', seed: 0 })).toEqual({
      touched: 4,
      seeds: [5, 5, 5, 5],
    });
    expect(await channel.request('touch', { process: 'mapper', page: 1, pages: 2, how: 'store', seed: 6 })).toEqual({
      touched: 2,
      seeds: [],
    });
    expect((await channel.request('verify', { file, page: 0, pages: 8, seed: 5 })).wrong).toEqual([
      { page: 5, holds: 6 },
      { page: 6, holds: 6 },
    ]);
  });

  test('write-from-mapping: the kernel loads from the pages, or returns why it cannot', async () => {
    const { channel, file, events } = agent();
    const other = `${file}.other`;
    await channel.request('fill', { file, page: 0, pages: 4, seed: 5 });
    await channel.request('fill', { file: other, page: 0, pages: 4, seed: 6 });
    await channel.request('spawn', { process: 'a' });
    await channel.request('map', { process: 'a', ...mapOf(file, 4) });
    const from = { process: 'a', page: 1, pages: 2, offset: 4096 };
    expect(await channel.request('write-from-mapping', { ...from, file: other })).toEqual({
      result: 8192,
      call: 'pwrite',
    });
    expect(await channel.request('pread', { file: other, offset: 0, length: 4 * 4096 })).toMatchObject({
      seeds: [6, 5, 5, 6],
    });
    expect(await channel.request('write-from-mapping', { ...from, file: '/no/such' })).toEqual({
      result: -1,
      call: 'open',
      error: 'ENOENT',
    });
    truncateSync(file, 4096);
    expect(await channel.request('write-from-mapping', { ...from, file: other })).toEqual({
      result: -1,
      call: 'pwrite',
      error: 'EFAULT',
    });
    expect(events('signal')).toEqual([]);
  });

  test('touch by a new thread: the signal hits that thread', async () => {
    const { channel, file, events } = agent();
    await channel.request('fill', { file, page: 0, pages: 2, seed: 5 });
    const { pid } = await channel.request('spawn', { process: 'a' });
    await channel.request('map', { process: 'a', ...mapOf(file, 2) });
    const load = { process: 'a', pages: 1, how: 'load', seed: 0, thread: true } as const;
    expect(await channel.request('touch', { ...load, page: 0 })).toEqual({ touched: 1, seeds: [5] });
    truncateSync(file, 4096);
    expect(await channel.request('touch', { ...load, page: 1 })).toMatchObject({ touched: 0, hit: { page: 1 } });
    expect(events('signal')).toMatchObject([{ process: 'a', pid, page: 1 }]);
    expect(events('signal')[0]?.tid).not.toBe(pid);
  });

  test('a private store stays private', async () => {
    const { channel, file } = agent();
    await channel.request('fill', { file, page: 0, pages: 1, seed: 5 });
    await channel.request('spawn', { process: 'a' });
    await channel.request('map', { process: 'a', ...mapOf(file, 1, { mode: 'private' }) });
    await channel.request('touch', { process: 'a', page: 0, pages: 1, how: 'store', seed: 6 });
    expect(await channel.request('touch', { process: 'a', page: 0, pages: 1, how: 'load', seed: 0 })).toMatchObject({
      seeds: [6],
    });
    expect(await channel.request('verify', { file, page: 0, pages: 1, seed: 5 })).toEqual({ wrong: [], failed: [] });
  });

  test('SIGBUS on a page beyond the end: hit, event, and the process lives', async () => {
    const { channel, file, heard, events } = agent();
    await channel.request('fill', { file, page: 0, pages: 6, seed: 5 });
    const { pid } = await channel.request('spawn', { process: 'a' });
    const { addr } = await channel.request('map', { process: 'a', ...mapOf(file, 6) });
    truncateSync(file, 4 * 4096);
    // Not the page's first byte: what the kernel reports is the address itself.
    const at = `0x${(BigInt(addr) + 4n * 4096n + 0x128n).toString(16)}`;
    const signal = { signo: SIGBUS, code: BUS_ADRERR, addr: at, lsb: 0, page: 4 };
    for (const how of ['load', 'store'] as const) {
      expect(await channel.request('touch', { process: 'a', page: 2, pages: 4, how, seed: 9 })).toEqual({
        touched: 2,
        seeds: how === 'load' ? [5, 5] : [],
        hit: { ...signal, touching: at },
      });
    }
    expect(events('signal')).toMatchObject([
      { process: 'a', pid, tid: pid, ...signal },
      { process: 'a', pid, tid: pid, ...signal },
    ]);
    const first = heard.findIndex(({ event }) => event === 'signal');
    expect(heard.slice(first + 1).find(({ event }) => event === 'reply')).toMatchObject({ data: { touched: 2 } });
    expect(await channel.request('touch', { process: 'a', page: 0, pages: 1, how: 'load', seed: 0 })).toMatchObject({
      touched: 1,
    });
  });

  test('a thousand SIGBUS in a row are all reported', async () => {
    const { channel, file, events } = agent();
    await channel.request('fill', { file, page: 0, pages: 1, seed: 5 });
    await channel.request('spawn', { process: 'a' });
    await channel.request('map', { process: 'a', ...mapOf(file, 2) });
    for (let i = 0; i < 1000; i++)
      await channel.request('touch', { process: 'a', page: 1, pages: 1, how: 'load', seed: 0 });
    expect(events('signal')).toHaveLength(1000);
  });

  test('spin: loads until a signal hits it, and reports when it has begun', async () => {
    const { channel, file, events } = agent();
    await channel.request('fill', { file, page: 0, pages: 2, seed: 5 });
    const { pid } = await channel.request('spawn', { process: 'a' });
    const { addr } = await channel.request('map', { process: 'a', ...mapOf(file, 2) });
    const begun: number[] = [];
    const spinning = channel.request('spin', { process: 'a', page: 1 }, { onStarted: (who) => begun.push(who) });
    await waitFor(() => begun[0]);
    expect(begun).toEqual([pid]);
    await expect(channel.request('start-threads', { process: 'a', count: 1 })).rejects.toThrow(
      'is still busy with spin',
    );
    // The page goes away under the loop.
    truncateSync(file, 4096);
    const at = `0x${(BigInt(addr) + 4096n + 0x128n).toString(16)}`;
    const signal = { signo: SIGBUS, code: BUS_ADRERR, addr: at, lsb: 0, page: 1 };
    expect(await spinning).toEqual({ hit: { ...signal, touching: at } });
    expect(events('signal')).toMatchObject([{ process: 'a', pid, ...signal }]);
    expect(begun).toEqual([pid]);
    expect(await channel.request('touch', { process: 'a', page: 0, pages: 1, how: 'load', seed: 0 })).toMatchObject({
      seeds: [5],
    });
  });

  test('spin: ends at a stop, however early, and can be repeated', async () => {
    const { channel, file, events } = agent();
    await channel.request('fill', { file, page: 0, pages: 1, seed: 5 });
    await channel.request('spawn', { process: 'a' });
    await expect(channel.request('spin', { process: 'a', page: 0 })).rejects.toThrow('has no mapping');
    await channel.request('map', { process: 'a', ...mapOf(file, 1) });
    await expect(channel.request('spin', { process: 'a', page: 1 })).rejects.toThrow('page 1 is not in the mapping');
    for (let round = 0; round < 20; round++) {
      const spinning = channel.request('spin', { process: 'a', page: 0 });
      expect(await channel.request('stop', { process: 'a' })).toEqual({});
      expect(await spinning).toEqual({});
    }
    expect(await channel.request('stop', { process: 'a' })).toEqual({});
    await expect(channel.request('stop', { process: 'b' })).rejects.toThrow('stop: there is no process "b"');
    expect(await channel.request('touch', { process: 'a', page: 0, pages: 1, how: 'load', seed: 0 })).toMatchObject({
      seeds: [5],
    });
    expect(events('signal')).toEqual([]);
  });

  test('a store into a read-only mapping is SIGSEGV', async () => {
    const { channel, file } = agent();
    await channel.request('fill', { file, page: 0, pages: 1, seed: 5 });
    await channel.request('spawn', { process: 'a' });
    await channel.request('map', { process: 'a', ...mapOf(file, 1, { protection: 'read' }) });
    const { touched, hit } = await channel.request('touch', { process: 'a', page: 0, pages: 1, how: 'store', seed: 9 });
    expect({ touched, hit }).toMatchObject({ touched: 0, hit: { signo: os.constants.signals.SIGSEGV, page: 0 } });
  });

  test('a signal that comes while it waits is reported, and it goes on', async () => {
    const { channel, events } = agent();
    const { pid } = await channel.request('spawn', { process: 'a' });
    process.kill(pid, 'SIGBUS');
    await waitFor(() => events('signal')[0]);
    expect(events('signal')).toMatchObject([{ process: 'a', pid, signo: SIGBUS, addr: '0x0' }]);
    expect(events('signal')[0]).not.toHaveProperty('page');
    expect(await channel.request('start-threads', { process: 'a', count: 1 })).toMatchObject({
      tids: [expect.any(Number)],
    });
  });

  test('a flood of signals that the agent does not read does not fill the stack of their handler', async () => {
    const { child, channel, events } = agent();
    const { pid } = await channel.request('spawn', { process: 'a' });
    child.kill('SIGSTOP');
    // The pipe takes 2048 records; then a handler waits for room in it.
    for (let count = 0; count < 10_000; count++) {
      process.kill(pid, 'SIGBUS');
      await new Promise(setImmediate);
    }
    child.kill('SIGCONT');
    expect(await channel.request('start-threads', { process: 'a', count: 1 })).toMatchObject({
      tids: [expect.any(Number)],
    });
    expect(events('exit')).toEqual([]);
  });

  test('fork: a process of its own with the same mapping, which outlives its parent', async () => {
    const { channel, file, events } = agent();
    await channel.request('fill', { file, page: 0, pages: 2, seed: 5 });
    const { pid } = await channel.request('spawn', { process: 'a' });
    await channel.request('map', { process: 'a', ...mapOf(file, 2) });
    const { pid: child } = await channel.request('fork', { process: 'a', child: 'b' });
    expect(child).not.toBe(pid);
    // The child takes its name before it answers for the first time.
    await channel.request('touch', { process: 'b', page: 0, pages: 1, how: 'load', seed: 0 });
    expect(readFileSync(`/proc/${child}/comm`, 'utf8')).toBe('b\n');
    expect(await channel.request('kill', { process: 'a' })).toEqual({ status: 'signal 9 SIGKILL' });
    truncateSync(file, 4096);
    expect(await channel.request('touch', { process: 'b', page: 0, pages: 2, how: 'load', seed: 0 })).toMatchObject({
      touched: 1,
      seeds: [5],
      hit: { signo: SIGBUS, page: 1 },
    });
    expect(events('signal')).toMatchObject([{ process: 'b', pid: child, page: 1 }]);
    // A grandchild too, with threads.
    await channel.request('fork', { process: 'b', child: 'c' });
    const { tids } = await channel.request('start-threads', { process: 'c', count: 3 });
    expect(new Set(tids).size).toBe(3);
    process.kill(child, 'SIGTERM');
    await waitFor(() => events('exit')[1]);
    expect(events('exit')).toMatchObject([
      { process: 'a', pid, status: 'signal 9 SIGKILL' },
      { process: 'b', pid: child, status: 'signal 15 SIGTERM' },
    ]);
  });

  test('threads are signaled each on its own', async () => {
    const { channel, events } = agent();
    const { pid } = await channel.request('spawn', { process: 'a' });
    const { tids } = await channel.request('start-threads', { process: 'a', count: 2 });
    const alive = readdirSync(`/proc/${pid}/task`).map(Number);
    expect(alive).toEqual(expect.arrayContaining([pid, ...tids]));
    expect(events('signal')).toEqual([]);
  });

  test('leader-exit: the process goes on, reported and killed as before, while its leader is a zombie', async () => {
    const { channel, events, file } = agent();
    await channel.request('fill', { file, page: 0, pages: 2, seed: 5 });
    const { pid } = await channel.request('spawn', { process: 'a' });
    await channel.request('map', { process: 'a', ...mapOf(file, 2) });
    const { tid } = await channel.request('leader-exit', { process: 'a' });
    expect(tid).not.toBe(pid);
    const state = (task: number): string =>
      /^State:\t(.)/m.exec(readFileSync(`/proc/${task}/status`, 'utf8'))?.[1] ?? '';
    expect(state(pid)).toBe('Z');
    expect(state(tid)).toMatch(/^[RS]$/);
    expect(readFileSync(`/proc/${tid}/comm`, 'utf8')).toBe('a\n');
    await expect(channel.request('leader-exit', { process: 'a' })).rejects.toThrow('has exited already');
    expect(await channel.request('touch', { process: 'a', page: 0, pages: 1, how: 'load', seed: 0 })).toMatchObject({
      touched: 1,
      seeds: [5],
    });
    // The page table is read through the thread that is left: the leader has none.
    expect((await channel.request('pagemap', { process: 'a' })).present[0]?.page).toBe(0);
    truncateSync(file, 4096);
    const touched = await channel.request('touch', { process: 'a', page: 1, pages: 1, how: 'load', seed: 0 });
    expect(touched).toMatchObject({ hit: { signo: SIGBUS, code: BUS_ADRERR, page: 1 } });
    expect(events('signal')).toMatchObject([{ process: 'a', pid, tid }]);
    const { pid: child } = await channel.request('fork', { process: 'a', child: 'b' });
    await channel.request('touch', { process: 'b', page: 0, pages: 0, how: 'load', seed: 0 });
    expect(state(child)).toMatch(/^[RS]$/);
    expect(events('exit')).toEqual([]);
    expect(await channel.request('kill', { process: 'a' })).toEqual({ status: 'signal 9 SIGKILL' });
  });

  test('one thing at a time, one mapping, one of each name', async () => {
    const { channel, file } = agent();
    await channel.request('fill', { file, page: 0, pages: 2, seed: 5 });
    await channel.request('spawn', { process: 'a' });
    await expect(channel.request('spawn', { process: 'a' })).rejects.toThrow('there is already a process "a"');
    await expect(channel.request('touch', { process: 'a', page: 0, pages: 1, how: 'load', seed: 0 })).rejects.toThrow(
      'touch: process "a" has no mapping',
    );
    expect(await channel.request('map', { process: 'a', ...mapOf(`${file}.not`, 2) })).toEqual({
      addr: '',
      call: 'open',
      error: 'ENOENT',
    });
    await channel.request('map', { process: 'a', ...mapOf(file, 2) });
    await expect(channel.request('map', { process: 'a', ...mapOf(file, 2) })).rejects.toThrow('has a mapping already');
    await expect(channel.request('touch', { process: 'a', page: 1, pages: 2, how: 'load', seed: 0 })).rejects.toThrow(
      'touch: page 2 is not in the mapping of 2 pages',
    );
    await expect(channel.request('fork', { process: 'a', child: 'a' })).rejects.toThrow(
      'there is already a process "a"',
    );
    const busy = channel.request('start-threads', { process: 'a', count: 100 });
    await expect(channel.request('start-threads', { process: 'a', count: 1 })).rejects.toThrow(
      'process "a" is still busy with start-threads',
    );
    expect((await busy).tids).toHaveLength(100);
  });

  test('the end of a process is reported to the request that waits for it', async () => {
    const { channel, events } = agent();
    const { pid } = await channel.request('spawn', { process: 'a' });
    process.kill(pid, 'SIGSTOP');
    const stuck = channel.request('start-threads', { process: 'a', count: 1 });
    const outcome = expect(stuck).rejects.toMatchObject({ op: 'start-threads', ended: 'signal 9 SIGKILL' });
    expect(await channel.request('kill', { process: 'a' })).toEqual({ status: 'signal 9 SIGKILL' });
    await outcome;
    expect(events('exit')).toMatchObject([{ process: 'a', pid, status: 'signal 9 SIGKILL' }]);
    expect(await channel.request('kill', { process: 'a' })).toEqual({ status: 'signal 9 SIGKILL' });
    await expect(channel.request('start-threads', { process: 'a', count: 1 })).rejects.toThrow(
      'process "a" has ended: signal 9 SIGKILL',
    );
    expect((await channel.request('spawn', { process: 'a' })).pid).not.toBe(pid);
  });

  test('early is inherited by a fork', async () => {
    const { channel } = agent();
    expect((await channel.request('spawn', { process: 'a', early: true })).pid).toBeGreaterThan(0);
    expect((await channel.request('fork', { process: 'a', child: 'b' })).pid).toBeGreaterThan(0);
  });

  test('pagemap: which pages are there', async () => {
    const { channel, file } = agent();
    await channel.request('fill', { file, page: 0, pages: 4, seed: 5 });
    await channel.request('spawn', { process: 'a' });
    await expect(channel.request('pagemap', { process: 'a' })).rejects.toThrow('pagemap: process "a" has no mapping');
    const { addr } = await channel.request('map', { process: 'a', ...mapOf(file, 4) });
    expect(await channel.request('pagemap', { process: 'a' })).toMatchObject({ addr });
    const presence = async () => (await channel.request('pagemap', { process: 'a' })).present;
    expect(await presence()).toEqual([]);
    await channel.request('touch', { process: 'a', page: 0, pages: 4, how: 'store', seed: 6 });
    expect(await presence()).toEqual([{ page: 0, count: 4 }]);
    truncateSync(file, 2 * 4096);
    // A kernel with large folios may drop its neighbors too: these are touched again.
    await channel.request('touch', { process: 'a', page: 0, pages: 2, how: 'load', seed: 0 });
    expect(await channel.request('pagemap', { process: 'a' })).toMatchObject({
      pages: 4,
      present: [{ page: 0, count: 2 }],
    });
  });
});

test('frame: a page that is not present has none, and there is none behind the mapping', async () => {
  const { channel, file } = agent();
  await channel.request('fill', { file, page: 0, pages: 4, seed: 5 });
  await channel.request('spawn', { process: 'a' });
  await expect(channel.request('frame', { process: 'a', page: 0 })).rejects.toThrow(
    'frame: process "a" has no mapping',
  );
  await channel.request('map', { process: 'a', ...mapOf(file, 4) });
  expect(await channel.request('frame', { process: 'a', page: 1 })).toEqual({ frame: 0 });
  await expect(channel.request('frame', { process: 'a', page: 4 })).rejects.toThrow('the mapping has only 4 pages');
});

test('clear-error and ars-inject report that there is no NVDIMM bus', async () => {
  const { channel } = agent();
  const range = { bus: '/nonexistent/ndctl0', address: 0, length: 4096 };
  expect(await channel.request('clear-error', range)).toEqual({ call: 'open', error: 'ENOENT' });
  expect(await channel.request('ars-inject', { ...range, notify: true })).toEqual({ call: 'open', error: 'ENOENT' });
});

describe('about the machine', () => {
  test('modprobe reports which module failed', async () => {
    const { channel } = agent();
    const { failed } = await channel.request('modprobe', { modules: ['hazmat-no-such-module'] });
    expect(failed).toMatchObject([
      { module: 'hazmat-no-such-module', error: expect.stringMatching(/modprobe/) as string },
    ]);
    expect(await channel.request('modprobe', { modules: [] })).toEqual({ failed: [] });
  });

  test('calibrate measures', async () => {
    const { channel } = agent();
    expect((await channel.request('calibrate', {})).microseconds).toBeGreaterThan(0);
  });

  test('zero-free fills so much of what is free, in whole pages', async () => {
    const { channel } = agent();
    expect(await channel.request('zero-free', { most: 100_000 })).toEqual({ bytes: 24 * 4096 });
    expect(await channel.request('zero-free', { most: 0 })).toEqual({ bytes: 0 });
  });
});

describe.runIf(root && existsSync('/usr/bin/setpriv'))('without privileges', () => {
  test('works, and says that it cannot read the kernel log', async () => {
    const { channel } = agent(['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', program, '--stdio']);
    expect((await channel.hello()).pid).toBeGreaterThan(0);
    expect(await channel.request('read', { path: '/etc/shadow' })).toEqual({ data: '', call: 'open', error: 'EACCES' });
    expect(await channel.request('run', { argv: ['id', '-u'] })).toMatchObject({ exit: 0, stdout: '65534\n' });
    await channel.request('spawn', { process: 'a' });
    await channel.request('map', { process: 'a', ...mapOf('/bin/sh', 1, { mode: 'private', protection: 'read' }) });
    // EINVAL: this kernel has no CONFIG_MEMORY_FAILURE.
    const poison = { process: 'a', page: 0, pages: 1, advice: 'hwpoison' } as const;
    expect(await channel.request('madvise', poison)).toEqual({
      call: 'madvise',
      error: expect.stringMatching(/^(EPERM|EINVAL)$/) as string,
    });
    // Neither the task's files nor sysrq: each failure has its errno.
    const { tasks, ...failure } = await channel.request('diagnose', { pids: [2 ** 30] });
    expect(failure).toEqual({ call: 'open', error: expect.stringMatching(/^(EACCES|EROFS|ENOENT)$/) as string });
    expect(tasks).toMatchObject([{ comm: '', unreadable: { comm: 'ENOENT', stat: 'ENOENT', stack: 'ENOENT' } }]);
  });
});
