// SPDX-License-Identifier: GPL-2.0-only

import { expect, test } from 'vitest';
import { UsageError } from '../../harness/host/errors.ts';
import { parseScenario } from '../../harness/scenario/load.ts';
import { issuesOf } from '../../harness/scenario/recorded-issues.ts';

const right = `title: T
stack:
  - namespace: {name: pmem0}
steps:
  - unbind: pmem0
known:
  - kernels: "6.12"
    verdict: hang
    report: somewhere
    because: of a bug
`;

test('a scenario that is wrong while a run looks something up does not end the run', () => {
  const load = (name: string): ReturnType<typeof parseScenario> =>
    parseScenario(name === 'wrong' ? 'title:' : right, name);
  expect(() => load('wrong')).toThrow(UsageError);
  expect(issuesOf(['wrong', 'right'], load).map(({ scenario }) => scenario)).toEqual(['right']);
  const broken = (): never => {
    throw new TypeError('a mistake of the harness');
  };
  expect(() => issuesOf(['right'], broken)).toThrow(TypeError);
});
