// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import type { RunEventBody } from '../../harness/results/events.ts';
import { Tasks } from '../../harness/run/tasks.ts';

const facts = { task: 'boot 6.12', kernel: '6.12', title: 'boot 6.12 on ras' };

function made(): { tasks: Tasks; events: RunEventBody[] } {
  const events: RunEventBody[] = [];
  return { tasks: new Tasks((event) => events.push(event), new AbortController().signal), events };
}

describe('once', () => {
  it('makes a thing once, for all who ask at the same time', async () => {
    const { tasks } = made();
    let times = 0;
    const make = async (): Promise<number> => {
      await Promise.resolve();
      return ++times;
    };
    expect(await Promise.all([tasks.once('a', make), tasks.once('a', make), tasks.once('b', make)])).toEqual([1, 1, 2]);
  });

  it('gives the same failure to all who ask', async () => {
    const { tasks } = made();
    let times = 0;
    const fail = (): Promise<never> => {
      times++;
      return Promise.reject(new Error('no network'));
    };
    await expect(tasks.once('a', fail)).rejects.toThrow('no network');
    await expect(tasks.once('a', fail)).rejects.toThrow('no network');
    expect(times).toBe(1);
  });

  it('makes it again once it was forgotten', async () => {
    const { tasks } = made();
    let times = 0;
    const make = (): Promise<number> => Promise.resolve(++times);
    await tasks.once('a', make);
    tasks.forget('a');
    expect(await tasks.once('a', make)).toBe(2);
  });
});

describe('reported', () => {
  it('is silent when there is nothing to make', async () => {
    const { tasks, events } = made();
    expect(await tasks.reported(facts, () => Promise.resolve('cached'))).toBe('cached');
    expect(events).toEqual([]);
  });

  it('reports start, progress and end', async () => {
    const { tasks, events } = made();
    await tasks.reported(facts, ({ started, progress }) => {
      started();
      progress('mkfs');
      return Promise.resolve();
    });
    expect(events).toMatchObject([
      { type: 'task-started', ...facts },
      { type: 'task-progress', ...facts, note: 'mkfs' },
      { type: 'task-ended', ...facts, ok: true },
    ]);
  });

  it('reports a start once, also when progress comes first', async () => {
    const { tasks, events } = made();
    await tasks.reported(facts, ({ started, progress }) => {
      progress('a');
      started();
      return Promise.resolve();
    });
    expect(events.map(({ type }) => type)).toEqual(['task-started', 'task-progress', 'task-ended']);
  });

  it('reports a failure as one, and passes it on', async () => {
    const { tasks, events } = made();
    const fail = tasks.reported(facts, ({ started }) => {
      started();
      return Promise.reject(new Error('panic'));
    });
    await expect(fail).rejects.toThrow('panic');
    expect(events.at(-1)).toMatchObject({ type: 'task-ended', ok: false });
  });
});
