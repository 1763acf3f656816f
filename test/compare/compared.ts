// SPDX-License-Identifier: GPL-2.0-only
// Sides of a comparison for tests: cells told in a few words.

import type { ComparedCell, Side } from '../../harness/compare/side.ts';
import type { CellResult, Deviation } from '../../harness/results/events.ts';
import { ended, facts, environment, planned } from '../results/story.ts';

export interface Told extends Partial<CellResult> {
  steps?: ComparedCell['steps'];
  log?: string[];
}

/** A step of a story: `['unbind pmem0', 'ok', 'unbound', 20]`. */
export function steps(...told: [string, 'ok' | 'deviates' | 'ended', string?, number?][]): ComparedCell['steps'] {
  return told.map(([name, outcome, seen = 'as wanted', durationMs = 10], index) => {
    const [step = '', ...label] = name.split(' ');
    return { ms: index, index, step, label: label.join(' '), outcome, seen, durationMs };
  });
}

/** A side with a list of repetitions for each scenario. */
export function side(kernel: string, cells: Record<string, Told[]>, more: Partial<Side> = {}): Side {
  const { label, version, release, origin } = facts(kernel);
  return {
    run: `run-${label}`,
    folder: `/results/run-${label}`,
    command: `npx hazmat run -k ${label}`,
    started: '2026-11-20T10:15:02.000Z',
    kernel,
    label,
    version,
    release,
    origin,
    environment,
    cells: Object.entries(cells).flatMap(([scenario, repetitions]) =>
      repetitions.map(({ steps: taken = [], log, ...told }, index): ComparedCell => {
        const cell = planned(scenario, kernel, { repeat: index + 1, repeats: repetitions.length, content: 'c0ffee' });
        return { ...ended(cell, told), version: 2, steps: taken, signals: [], ...(log === undefined ? {} : { log }) };
      }),
    ),
    unfinished: [],
    ...more,
  };
}

export const pass: Told = {};

/** A crash in a function, told by hash as well. */
export function crash(where: string, hash = '0123abcd', more: Told = {}): Told {
  const title = `BUG: unable to handle page fault in ${where}`;
  const deviation: Deviation = {
    kind: 'crash',
    step: 'unmount',
    stepIndex: 1,
    title,
    function: where,
    fingerprint: `page-fault:${where}:${hash}`,
  };
  return { verdict: 'crash', why: title, deviations: [deviation], ...more };
}

export function fail(seen: string, more: Told = {}): Told {
  const deviation: Deviation = {
    kind: 'fail',
    step: 'read',
    stepIndex: 0,
    title: 'read page 2 of /mnt/data',
    wanted: 'EIO',
    seen,
  };
  return { verdict: 'fail', why: `read: ${seen}`, deviations: [deviation], ...more };
}

export const lost: Told = { verdict: 'error', expected: false, why: 'QEMU was killed' };
export const unbuilt: Told = { ...lost, verdict: 'unbuilt', why: '7.2 with s does not compile' };
export const skip: Told = { verdict: 'skip', why: 'needs 6.0' };
export const known = { expected: true, known: { because: 'the block count wraps', bug: 'KB4' } } satisfies Told;
