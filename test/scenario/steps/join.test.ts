// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { join } from '../../../harness/scenario/steps/join.ts';
import { stepTest } from './take-step.ts';

it('reports what the step in the background saw, once', async () => {
  const { context } = stepTest();
  const report = { ok: false, wanted: 'a signal', seen: 'no signal' };
  context.background.set('removal', Promise.resolve(report));
  context.startStep(1000);
  expect(await join.run('removal', context)).toBe(report);
  await expect(join.run('removal', context)).rejects.toThrow('nothing runs as removal');
});
