// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { InfraError } from '../../harness/host/errors.ts';
import type { Reporter, RunEvent } from '../../harness/results/events.ts';
import { EventStream } from '../../harness/results/stream.ts';
import { StoryClock } from './story.ts';

class Collector implements Reporter {
  readonly events: RunEvent[] = [];
  closed = 0;
  constructor(readonly name: string) {}
  onEvent(event: RunEvent): void {
    this.events.push(event);
  }
  close(): void {
    this.closed++;
  }
}

class Failing extends Collector {
  constructor(
    name: string,
    readonly failsAt: number,
    readonly error: Error,
  ) {
    super(name);
  }
  override onEvent(event: RunEvent): void {
    if (event.seq === this.failsAt) throw this.error;
    super.onEvent(event);
  }
}

const say = (text: string) => ({ type: 'message', level: 'info', text }) as const;

test('events are stamped with sequence, monotonic milliseconds and wall-clock time', () => {
  const clock = new StoryClock();
  const stream = new EventStream(clock);
  const seen = new Collector('log');
  stream.add(seen);
  stream.emit(say('a'));
  clock.forward(1500);
  const second = stream.emit(say('b'));
  expect(seen.events[1]).toEqual(second);
  expect(seen.events.map(({ seq, ms, time }) => ({ seq, ms, time }))).toEqual([
    { seq: 1, ms: 0, time: '2026-11-20T10:15:02.000Z' },
    { seq: 2, ms: 1500, time: '2026-11-20T10:15:03.500Z' },
  ]);
});

test('a reporter that throws loses nothing for the others, is told at once and raised at the end', async () => {
  const stream = new EventStream(new StoryClock());
  const before = new Collector('before');
  const failing = new Failing('junit.xml', 2, new TypeError('no such thing'));
  const after = new Collector('after');
  for (const reporter of [before, failing, after]) stream.add(reporter);
  for (const text of ['a', 'b', 'c']) stream.emit(say(text));
  const told = ['a', 'b', 'the junit.xml failed: no such thing', 'c'];
  for (const whole of [before, after]) {
    expect(whole.events.map((event) => event.type === 'message' && event.text)).toEqual(told);
    expect(whole.events.map((event) => event.seq)).toEqual([1, 2, 3, 4]);
  }
  expect(failing.events.map((event) => event.seq)).toEqual([1]);
  expect(stream.failure?.message).toBe('the junit.xml failed: no such thing');
  await expect(stream.close()).rejects.toThrow(InfraError);
  expect([before.closed, failing.closed, after.closed]).toEqual([1, 1, 1]);
});

test('a full disk is called one', async () => {
  const stream = new EventStream(new StoryClock());
  stream.add(new Failing('run folder', 1, Object.assign(new Error('write failed'), { code: 'ENOSPC' })));
  stream.emit(say('a'));
  await expect(stream.close()).rejects.toMatchObject({
    message: 'the run folder failed: the disk is full: the run folder cannot be written',
    hint: expect.stringContaining('npx hazmat clean') as string,
    exitCode: 3,
  });
});

test('a failure in close() is raised too, the first of all wins, and the last added is closed first', async () => {
  const order: string[] = [];
  const closing = (name: string): Reporter => ({
    name,
    onEvent: () => undefined,
    close: () => {
      order.push(name);
      throw new Error(`${name} is stuck`);
    },
  });
  const stream = new EventStream(new StoryClock());
  for (const name of ['run folder', 'terminal']) stream.add(closing(name));
  await expect(stream.close()).rejects.toThrow('the terminal failed: terminal is stuck');
  expect(order).toEqual(['terminal', 'run folder']);
  expect(() => stream.emit(say('late'))).toThrow('an event after the end of the run');
});

test('an event that a reporter emits reaches everybody after the one that it answers', () => {
  const stream = new EventStream(new StoryClock());
  stream.add({
    name: 'echo',
    onEvent: (event) => {
      if (event.seq === 1) stream.emit(say('echo'));
    },
  });
  const after = new Collector('after');
  stream.add(after);
  stream.emit(say('a'));
  expect(after.events.map((event) => event.seq)).toEqual([1, 2]);
});
