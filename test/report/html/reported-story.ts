// SPDX-License-Identifier: GPL-2.0-only
// Reports for tests: of the run that story.ts tells, with steps and files of its cells.

import { makeReport, type Report, type ReportedRun } from '../../../harness/report/html/make-report.ts';
import type { ScenarioFile } from '../../../harness/report/html/scenario-source.ts';
import type { PlannedCell, RunEvent, RunEventBody } from '../../../harness/results/events.ts';
import { RunRecorder } from '../../../harness/results/run-record.ts';
import { bodiesOf, designStory, stamped, type Story } from '../../results/story.ts';

/** The steps of a cell, between its start and its end. */
export type StepsOf = (id: string) => RunEventBody[];

const twoSteps: StepsOf = (id) => [
  { type: 'step-started', id, index: 0, step: 'unbind', label: 'pmem0' },
  { type: 'step-ended', id, index: 0, step: 'unbind', label: 'pmem0', outcome: 'ok', seen: 'unbound', durationMs: 80 },
  { type: 'step-started', id, index: 1, step: 'signals', label: 'to mappers' },
  { type: 'step-ended', id, index: 1, step: 'signals', label: 'to mappers', outcome: 'ok', seen: '3', durationMs: 5 },
];

export function reportedRun(
  story: Story = designStory(),
  options: { steps?: StepsOf; texts?: (cell: PlannedCell) => [string, string][] } = {},
): ReportedRun {
  const steps = options.steps ?? twoSteps;
  const events = stamped(
    bodiesOf(story).flatMap((body) => (body.type === 'cell-started' ? [body, ...steps(body.id)] : [body])),
  );
  return { record: recordOf(events), events, texts: (cell) => new Map(options.texts?.(cell) ?? []) };
}

function recordOf(events: readonly RunEvent[]): ReportedRun['record'] {
  const recorder = new RunRecorder();
  for (const event of events) recorder.add(event);
  const record = recorder.record();
  if (record === undefined) throw new Error('a story without a start');
  return record;
}

const scenarioText = 'title: T\nsteps:\n  - unbind: pmem0\n  - signals: mappers\n';

function scenario(name: string): ScenarioFile {
  return {
    file: `scenarios/${name}.yaml`,
    text: scenarioText,
    tags: ['unbind', name.split('/')[0] ?? ''],
    content: undefined,
    stepsOn: () => [0, 1],
  };
}

export function report(
  runs: ReportedRun[] = [reportedRun()],
  more: Partial<Parameters<typeof makeReport>[0]> = {},
): Report {
  return makeReport({ title: 'story', made: '2026-11-20T11:00:00.000Z', hazmat: '0.1.0', runs, scenario, ...more });
}
