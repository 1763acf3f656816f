// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { Deadline } from '../../harness/guest/deadline.ts';
import { RunningTime, threadsWaitedMs } from '../../harness/guest/running-time.ts';

/** A clock of running time on a host that a test drives. */
function host() {
  const at = { now: 5000, waited: new Map([[1, 300]]) };
  const time = new RunningTime({ now: () => at.now, waitedMs: () => new Map(at.waited) });
  /** Goes on in looks of 200 ms, in each of which the threads wait so long. */
  const run = (milliseconds: number, ...waits: [thread: number, ms: number][]): void => {
    for (let gone = 0; gone < milliseconds; gone += 200) {
      at.now += 200;
      for (const [thread, ms] of waits) at.waited.set(thread, (at.waited.get(thread) ?? 0) + ms);
      time.now();
    }
  };
  return { at, time, run };
}

describe('running time', () => {
  it('goes on as the host does while nothing is in the way', () => {
    const { time, run } = host();
    run(10_000);
    expect([time.now(), time.stoppedMs, time.starvedMs]).toEqual([10_000, 0, 0]);
  });

  it('does not count what the harness did not run', () => {
    const { at, time, run } = host();
    const deadline = new Deadline(60_000, () => time.now());
    run(1000);
    at.now += 70_000;
    expect(deadline.remainingMs).toBe(58_800);
    expect(time.stoppedMs).toBe(69_800);
    run(58_600);
    expect(deadline.isOver).toBe(false);
    run(200);
    expect(deadline.isOver).toBe(true);
  });

  it('does not count what a thread waits for a CPU; the longest wait, not the sum', () => {
    const { time, run } = host();
    run(10_000, [1, 150], [2, 100]);
    expect(time.now()).toBeCloseTo(2500);
    expect(time.starvedMs).toBeCloseTo(7500);
  });

  it('goes on a little on the busiest host, so that every deadline ends', () => {
    const { time, run } = host();
    run(10_000, [1, 5000]);
    expect(time.now()).toBeCloseTo(500);
  });

  it('never goes back, when a wait is known late', () => {
    const { at, time } = host();
    at.now += 100;
    const before = time.now();
    at.waited.set(1, 390);
    expect(time.now()).toBe(before);
    at.now += 100;
    expect(time.now()).toBeCloseTo(110);
  });

  it('reads the waits of the threads of a process, and none of one that is gone', () => {
    expect(threadsWaitedMs(process.pid).get(process.pid)).toBeGreaterThanOrEqual(0);
    expect(threadsWaitedMs(2 ** 22 + 1).size).toBe(0);
  });
});

describe('a deadline by that clock', () => {
  it('is waited for as long as its clock needs', async () => {
    const started = performance.now();
    await new Deadline(30, () => (performance.now() - started) / 4).over(new AbortController().signal);
    expect(performance.now() - started).toBeGreaterThanOrEqual(119);
  });

  it('that has passed while the event loop was blocked still takes what has arrived', async () => {
    const deadline = new Deadline(20);
    const late = new Promise<string>((resolve) => setTimeout(() => setImmediate(() => resolve('answer')), 25));
    const limited = deadline.limit(late);
    for (const end = performance.now() + 60; performance.now() < end;);
    expect(await limited).toBe('answer');
  });
});
