// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { DeadlineExpired } from '../../harness/guest/guest-errors.ts';
import { beginStep, delayOf, takeStep, whenWords } from '../../harness/run/background-step.ts';
import type { LoadedStep } from '../../harness/scenario/load.ts';
import { stepKind, type StepReport } from '../../harness/scenario/step.ts';
import type { StepContext } from '../../harness/scenario/step-context.ts';
import { silence } from '../guest/fake-guest.ts';
import { stepTest } from '../scenario/steps/take-step.ts';

function step(run: (context: StepContext) => Promise<StepReport>, more: Partial<LoadedStep> = {}): LoadedStep {
  const about = { key: 'probe', title: 'probe', example: 'probe', acts: false, schema: z.string() };
  const kind = stepKind({ ...about, label: (text: string) => text, run: (_text: string, context) => run(context) });
  return { kind, args: 'it', deadlineMs: 1000, kernels: undefined, ...more };
}

const ok = (): Promise<StepReport> => Promise.resolve({ ok: true, seen: 'it' });

it('of a list of delays each repetition takes the next', () => {
  const swept = step(ok, { delaysMs: [1, 5, 20] });
  expect([1, 2, 3, 4].map((repeat) => delayOf(swept, repeat))).toEqual([1, 5, 20, 1]);
  expect(delayOf(step(ok), 7)).toBe(0);
  expect(whenWords({ ...swept, background: 'removal' }, 2)).toBe(' (in the background as removal, after 5 ms)');
  expect(whenWords(step(ok), 2)).toBe('');
});

describe('a step in the background', () => {
  it('has a deadline of its own, and shares everything else', async () => {
    const { context } = stepTest({ ping: silence });
    const slow = step(
      async (own) => {
        own.files.get('/mnt/data')?.seeds.fill(9);
        own.takeSeed();
        await own.guest.request('ping', {});
        return { ok: true, seen: 'it' };
      },
      { background: 'a', deadlineMs: 60 },
    );
    context.startStep(60_000);
    const seed = context.takeSeed();
    beginStep(slow, context, 0);
    expect(context.guest.deadline.limitMs).toBe(60_000);
    await expect(context.background.get('a')).rejects.toThrow(DeadlineExpired);
    expect(context.files.get('/mnt/data')?.seeds[0]).toBe(9);
    expect(context.takeSeed()).toBe(seed + 2);
  });

  it('that nobody waits for ends nothing', async () => {
    const { context } = stepTest();
    beginStep(
      step(() => Promise.reject(new Error('it failed')), { background: 'a' }),
      context,
      0,
    );
    await new Promise((resolve) => setTimeout(resolve, 10));
    await expect(context.background.get('a')).rejects.toThrow('it failed');
  });

  it('begins after its delay', async () => {
    const { context } = stepTest();
    const began: string[] = [];
    const note = (name: string): LoadedStep =>
      step(() => {
        began.push(name);
        return ok();
      });
    beginStep({ ...note('late'), background: 'a' }, context, 50);
    await takeStep(note('now'), context, 0);
    await context.background.get('a');
    expect(began).toEqual(['now', 'late']);
  });
});

it('what a step took is the running time of the guest', async () => {
  const { context } = stepTest();
  const slow = step(() => new Promise((resolve) => setTimeout(resolve, 30, { ok: true, seen: 'it' })));
  expect(await takeStep({ ...slow, takesMs: 1 }, context, 0)).toMatchObject({ ok: false, wasDone: true });
  expect(await takeStep({ ...slow, takesMs: 900 }, context, 0)).toMatchObject({ ok: true });
});
