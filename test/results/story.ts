// SPDX-License-Identifier: GPL-2.0-only
// Builds event streams for tests: a run told in a few lines, with stamps that are the same on every machine.

import type { CellResult, KernelFacts, PlannedCell, RunEvent, RunEventBody } from '../../harness/results/events.ts';
import { cellFolderName } from '../../harness/results/run-names.ts';
import { RunRecorder, type RunRecord } from '../../harness/results/run-record.ts';
import type { Clock } from '../../harness/results/stream.ts';

/** A clock that stands still until it is told to go on. */
export class StoryClock implements Clock {
  #ms = 0;

  forward(ms: number): void {
    this.#ms += ms;
  }

  monotonicMs(): number {
    return this.#ms;
  }

  now(): Date {
    return new Date(Date.UTC(2026, 10, 20, 10, 15, 2) + this.#ms);
  }
}

export function planned(scenario: string, kernel: string, more: Partial<PlannedCell> = {}): PlannedCell {
  const [repeat, repeats] = [more.repeat ?? 1, more.repeats ?? 1];
  return {
    id: `${scenario}@${kernel}#${repeat}`,
    scenario,
    title: titles[scenario] ?? `Title of ${scenario}`,
    kernel,
    repeat,
    repeats,
    folder: cellFolderName({ scenario, kernel, repeat, repeats }),
    reproduce: `npx hazmat run ${scenario} --kernel ${kernel}`,
    ...more,
  };
}

const titles: Record<string, string> = {
  'remove/shared-mappers': 'Unbinding the pmem driver signals every process that maps a file on it',
  'remove/rebind': 'After unbind and bind the filesystem mounts again with its data as written',
  'poison/load': 'A load from a page with a bad block gets SIGBUS',
};

const versions: Record<string, string> = {
  'debian:6.1': '6.1.158',
  'debian:6.12': '6.12.107',
  'debian:6.18': '6.18.21',
  'debian:7.2': '7.2.12',
};

export function facts(kernel: string): KernelFacts {
  const version = versions[kernel] ?? kernel.replace(/^\w+:/, '');
  return {
    kernel,
    label: kernel.replace(/^\w+:/, ''),
    version,
    release: `${version}+deb-amd64`,
    id: 'f00d',
    origin: `linux-image-${version}+deb-amd64`,
  };
}

/** The end of a cell: passed, unless `more` says otherwise. */
export function ended(cell: PlannedCell, more: Partial<CellResult> = {}): CellResult {
  const verdict = more.verdict ?? 'pass';
  return {
    ...cell,
    kernelVersion: facts(cell.kernel).version,
    verdict,
    expected: verdict === 'pass' || verdict === 'skip',
    why: 'every step saw what it wanted',
    deviations: [],
    durationMs: 812,
    ...more,
  };
}

/** What real kernels do when nd_pmem is unbound under a mapped file; see the design. */
export const spin = {
  verdict: 'hang',
  why: 'step 1, unbind, was still in the kernel after 10 s',
  deviations: [
    {
      kind: 'hang',
      step: 'unbind',
      stepIndex: 0,
      title: 'hang in unbind: CPU 1 spins in mf_dax_kill_procs',
      wanted: 'the unbind of pmem0 returns within 10 s',
      seen: 'sh (pid 212) runs in the kernel for ever: mf_dax_kill_procs <- xfs_dax_notify_dev_failure <- dax_holder_notify_failure',
      function: 'mf_dax_kill_procs',
      fingerprint: 'hang:mf_dax_kill_procs',
      evidence: 'dmesg',
    },
  ],
} satisfies Partial<CellResult>;

export const wraps = {
  because: 'blockcount wraps in xfs_dax_notify_dev_failure() for every AG but the last',
  bug: 'kernels/known/xfs-ag-wrap.md',
};

export const oops = {
  verdict: 'crash',
  why: 'the kernel log has an oops',
  deviations: [
    {
      kind: 'fail',
      step: 'signals',
      stepIndex: 1,
      title: 'signals: 0 of 3 mappers were signaled',
      wanted: 'SIGBUS BUS_MCEERR_AO at the mapped page, lsb 12, to every one of mappers',
      seen: 'no signal in mappers[0], mappers[1], mappers[2]',
      evidence: 'verdict.json',
    },
    {
      kind: 'crash',
      step: 'unmount',
      stepIndex: 4,
      title: 'BUG: kernel NULL pointer dereference in dax_disassociate_entry',
      function: 'dax_disassociate_entry',
      fingerprint: 'oops:dax_disassociate_entry',
      evidence: 'dmesg',
    },
  ],
} satisfies Partial<CellResult>;

export const environment = { qemu: '7.2.22', accelerator: 'tcg, 3.1 times slower than asked', hazmat: '0.1.0' };

/** Events with their stamps, one a second unless a body says how long it took. */
export function stamped(bodies: readonly RunEventBody[]): RunEvent[] {
  const clock = new StoryClock();
  return bodies.map((body, index) => {
    if (index > 0) clock.forward(1000);
    return { seq: index + 1, ms: clock.monotonicMs(), time: clock.now().toISOString(), ...body };
  });
}

export interface Story {
  name?: string;
  kernels: string[];
  cells: PlannedCell[];
  results: CellResult[];
  /** The lines that a series adds, by kernel. */
  changed?: Readonly<Record<string, KernelFacts['changed']>>;
  /** Leave the run without its end. */
  cutOff?: boolean;
  interrupted?: boolean;
  exitCode?: number;
  messages?: Extract<RunEventBody, { type: 'message' }>[];
}

export function bodiesOf(story: Story): RunEventBody[] {
  const { kernels, cells, results } = story;
  const name = story.name ?? 'story';
  return [
    {
      type: 'run-started',
      name,
      folder: `/results/2026-11-20T10-15-02-${name}`,
      command: `npx hazmat run --kernel ${kernels.join(',')}`,
      cells,
      kernels,
      environment,
    },
    ...kernels.map((kernel): RunEventBody => {
      const changed = story.changed?.[kernel];
      return { type: 'kernel-ready', ...facts(kernel), ...(changed === undefined ? {} : { changed }) };
    }),
    ...(story.messages ?? []),
    ...results.flatMap((result): RunEventBody[] => [
      { type: 'cell-started', id: result.id },
      { type: 'cell-ended', result },
    ]),
    ...(story.cutOff
      ? []
      : [
          {
            type: 'run-ended' as const,
            exitCode: story.exitCode ?? 0,
            interrupted: story.interrupted ?? false,
            durationMs: 133_000,
          },
        ]),
  ];
}

export function recordOf(story: Story): RunRecord {
  const recorder = new RunRecorder();
  for (const event of stamped(bodiesOf(story))) recorder.add(event);
  const record = recorder.record();
  if (record === undefined) throw new Error('a story without a start');
  return record;
}

/** The run of the design: 6.1 crashes, 6.12 passes, 7.2 hangs; some known, some not. */
export function designStory(): Story {
  const kernels = ['debian:6.1', 'debian:6.12', 'debian:7.2'];
  const scenarios = ['remove/shared-mappers', 'remove/rebind', 'poison/load', 'mapper/unbind-under-linear'];
  const cells = scenarios.flatMap((scenario) => kernels.map((kernel) => planned(scenario, kernel)));
  const linear = { because: 'device-mapper forwards no MF_MEM_PRE_REMOVE to the filesystem above' };
  const results = cells.map((cell) => {
    if (cell.scenario === 'mapper/unbind-under-linear') {
      if (cell.kernel === 'debian:6.1')
        return ended(cell, { verdict: 'skip', why: 'needs dax_holder_operations, new in 6.0' });
      return ended(cell, {
        verdict: 'fail',
        expected: true,
        known: linear,
        why: 'signals: nobody was signaled',
        deviations: [{ kind: 'fail', step: 'signals', stepIndex: 1, title: 'nobody was signaled', seen: 'no signal' }],
      });
    }
    if (cell.scenario.startsWith('remove/') && cell.kernel === 'debian:7.2') {
      return ended(cell, { ...spin, expected: true, known: wraps, durationMs: 12_400 });
    }
    if (cell.scenario.startsWith('remove/') && cell.kernel === 'debian:6.1')
      return ended(cell, { ...oops, durationMs: 3_100 });
    return ended(cell);
  });
  return { name: 'design', kernels, cells, results, exitCode: 1 };
}
