// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { phaseOf } from '../../../harness/run/slurm/job-state.ts';

const job = (state: string, reason = 'None', nodes = '') => phaseOf({ state, reason, nodes });

// As squeue 22.05 printed them when the slurmd of n1 and its jobs were killed with SIGKILL, --requeue being set.
test('a task whose node was lost waits to be started again', () => {
  expect(job('RUNNING', 'None', 'n1')).toEqual({ phase: 'running', nodes: 'n1' });
  expect(job('PENDING')).toEqual({ phase: 'waiting', why: '' });
  expect(job('PENDING', 'BeginTime')).toEqual({ phase: 'waiting', why: 'BeginTime' });
  expect(job('COMPLETING', 'JobLaunchFailure', 'n1')).toEqual({ phase: 'running', nodes: 'n1' });
});

test.each([
  ['NODE_FAIL', true, false],
  ['FAILED', true, false],
  ['OUT_OF_MEMORY', true, false],
  ['PREEMPTED', true, false],
  ['TIMEOUT', true, true],
  ['CANCELLED', false, false],
  ['CANCELLED by 1000', false, false],
  ['DEADLINE', false, false],
])('%s has ended', (state, retry, time) => {
  expect(job(state, 'None', 'n1')).toEqual({ phase: 'ended', why: `${state.split(' ')[0]} on n1`, retry, time });
});

test('a job that is held goes on when a person says so; one that was requeued too often does not', () => {
  expect(job('PENDING', 'JobHeldAdmin').phase).toBe('held');
  expect(job('REQUEUE_HOLD').phase).toBe('held');
  expect(job('PENDING', 'JobHoldMaxRequeue')).toMatchObject({ phase: 'ended', retry: false });
});
