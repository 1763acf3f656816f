// SPDX-License-Identifier: GPL-2.0-only
// The one step of a scenario that is a test of a suite: runs it, and reports what the suite says of it. No scenario names it.

import { z } from 'zod';
import { InfraError } from '../host/errors.ts';
import type { Stack } from '../storage/layer.ts';
import { collectResults, readResults } from '../suite/guest.ts';
import type { DevicePaths } from '../suite/suite.ts';
import { suiteNamed } from '../suite/suites.ts';
import { stepKind } from './step.ts';
import { describeExit } from './steps/run.ts';

/** The devices of a stack. */
export function devicePaths({ devices }: Pick<Stack, 'devices'>): DevicePaths {
  return new Map([...devices.values()].map(({ name, path }) => [name, path]));
}

export const suiteTest = stepKind({
  key: 'test',
  title: 'A test of a suite',
  example: '',
  acts: false,
  schema: z.strictObject({ suite: z.string(), spec: z.unknown(), test: z.string() }),
  label: ({ test }) => test,
  modules: ({ suite }) => [...(suiteNamed(suite)?.modules ?? [])],
  async run({ suite, spec, test }, { guest, stack }) {
    const kind = suiteNamed(suite);
    if (kind === undefined) throw new Error(`no suite ${suite}: the loader should have rejected it`);
    const devices = devicePaths(stack);
    const { why: _, ...args } = kind.test(spec, devices, test);
    const reply = await guest.request('run', args);
    const { why: __, ...collect } = collectResults();
    const results = readResults((await guest.request('run', collect)).stdout);
    const output = `${reply.stdout}${reply.stderr}`;
    const files = new Map([...results, ['output.txt', output]]);
    const outcome = kind.outcome(test, { exit: reply.exit, output, files });
    if (outcome === undefined)
      throw new InfraError(`${suite} does not say what became of ${test}`, { hint: describeExit(reply) });
    if (outcome.verdict === 'pass') return { ok: true, seen: outcome.seen, files };
    if (outcome.verdict === 'skip') return { ok: true, seen: outcome.why, skip: outcome.why, files };
    return { ok: false, wanted: `${test} passes`, seen: outcome.seen, files };
  },
});
