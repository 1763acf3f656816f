// SPDX-License-Identifier: GPL-2.0-only
// Steps that run in the background: what the loader makes of them, and what it refuses.

import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../harness/scenario/load.ts';

const load = (...steps: string[]): ReturnType<typeof parseScenario> =>
  parseScenario(
    `title: x
stack:
  - namespace: {name: pmem0}
  - xfs: {device: pmem0, mount: /mnt, mkfs: {reflink: true, rmapbt: true}}
steps:
${steps.map((step) => `  - ${step.replaceAll('/ ', '\n    ')}`).join('\n')}
`,
    'x.yaml',
  );

const refused = (...steps: string[]): string => {
  try {
    load(...steps);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return 'right';
};

const begun = 'unbind: pmem0/ background: removal/ deadline: 7s/ delay: [1ms, 20ms]';

it('a join waits as long as the step may take, and is an action if that is one', () => {
  const { steps } = load(
    begun,
    'filesystem: {mount: /mnt, expect: working}/ background: look',
    'join: removal',
    'join: look',
  );
  expect(steps.map(({ kind, background, delaysMs }) => [kind.key, background, delaysMs])).toEqual([
    ['unbind', 'removal', [1, 20]],
    ['filesystem', 'look', undefined],
    ['join', undefined, undefined],
    ['join', undefined, undefined],
  ]);
  expect(steps.slice(2).map(({ deadlineMs, kind }) => [deadlineMs, kind.acts])).toEqual([
    [5000 + 7000 + 20, true],
    [10_000, false],
  ]);
});

describe('is refused:', () => {
  it.each([
    ['a step that is not joined', [begun], 'what runs in the background as `removal` is not joined'],
    ['a join of nothing', ['join: removal'], 'nothing runs in the background as `removal`'],
    ['a join of another name', [begun, 'join: removals', 'join: removal'], 'did you mean `removal`?'],
    ['a join before its step', ['join: removal', begun, 'join: removal'], 'nothing runs in the background'],
    ['a second join', [begun, 'join: removal', 'join: removal'], 'nothing runs in the background'],
    ['two of a name', [begun, 'mount: /mnt/ background: removal', 'join: removal'], 'already'],
    ['a reboot', ['reboot:/ background: again', 'join: again'], '`reboot` cannot run in the background'],
    ['other kernels', ['unbind: pmem0/ background: a/ kernels: ">=6.8"', 'join: a'], 'must have the same `kernels`'],
    ['a delay without a unit', ['unbind: pmem0/ delay: 20'], 'a duration such as 500ms, 10s or 2m'],
    ['a name', ['unbind: pmem0/ background: The Removal', 'join: The Removal'], 'a name of lowercase letters'],
  ])('%s', (_what, steps, message) => expect(refused(...steps)).toContain(message));

  it('nothing of what is joined in order', () => expect(refused(begun, 'join: removal')).toBe('right'));
});
