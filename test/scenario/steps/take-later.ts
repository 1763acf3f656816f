// SPDX-License-Identifier: GPL-2.0-only
// Scenarios whose files and processes begin in the middle.

import { parseScenario } from '../../../harness/scenario/load.ts';
import { planGuest } from '../../../harness/scenario/plan.ts';
import { StepContext } from '../../../harness/scenario/step-context.ts';
import { FakeGuest, type Answers } from '../../guest/fake-guest.ts';

/** A scenario with these steps, in which /mnt/new and `late` come later if a step makes them. */
export const scenario = (steps: string, files = '/mnt/new: {pages: 4}'): ReturnType<typeof parseScenario> =>
  parseScenario(
    `title: x
stack:
  - namespace: {name: pmem0}
  - xfs: {device: pmem0, mount: /mnt, mkfs: {reflink: true, rmapbt: true}}
files:
  /mnt/data: {pages: 8}
  ${files}
processes:
  early: {file: /mnt/data, pages: 8, touch: read}
  late: {file: /mnt/new, pages: 4, touch: write, count: 2}
steps:
${steps
  .split('\n')
  .map((line) => `  ${line}`)
  .join('\n')}
`,
    'later.yaml',
  );

interface Taken {
  reports: { ok: boolean; seen: string }[];
  asked: string[];
  context: StepContext;
}

/** Takes steps of such a scenario, one after the other. */
export async function takeLater(text: string, answers: Answers = {}): Promise<Taken> {
  const planned = scenario(text);
  const guest = new FakeGuest({
    fill: {},
    spawn: { pid: 9 },
    map: { addr: '0x1000' },
    touch: ({ pages }) => ({ touched: pages, seeds: [] }),
    ...answers,
  });
  const needs = planGuest(planned, '6.12.0');
  const { files, groups, later } = needs.layout;
  const options = { guest, stack: needs.stack, facts: {}, files, groups, later, kernelVersion: '6.12.0' };
  const context = new StepContext({ ...options, slowdown: 1, modules: [] });
  const reports: Taken['reports'] = [];
  for (const { kind, args } of needs.steps) {
    context.startStep(5000);
    reports.push(await kind.run(args, context));
  }
  return { reports, asked: guest.asked.map(({ op }) => op), context };
}
