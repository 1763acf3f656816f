// SPDX-License-Identifier: GPL-2.0-only
// The steps of a cell on one clock: when each began and how long it took, injections, signals, events of QEMU, marked lines of the
// kernel log.

import type { JSX } from 'preact';
import type { CellDetail } from '../../report-data.ts';
import { duration } from '../shared/words.ts';
import { endOf, isInjection } from './timeline-entries.ts';

interface Props {
  detail: CellDetail;
  current: number;
  onStep: (index: number) => void;
}

export function ClockStrip({ detail, current, onStep }: Props): JSX.Element {
  const end = endOf(detail);
  const part = (ms: number): string => `${Math.max(0, Math.min(100, (100 * ms) / end))}%`;
  const marked = (detail.log ?? []).flatMap(({ atMs, mark }) =>
    atMs !== undefined && atMs >= 0 && mark !== undefined ? [atMs] : [],
  );
  const ticks = [...new Set(marked.map((at) => part(at)))].slice(0, 200);
  return (
    <div class="strip" aria-hidden="true">
      <div class="lane">
        {detail.steps.map((step) => (
          <button
            type="button"
            tabIndex={-1}
            key={step.index}
            class={`bar ${step.outcome ?? 'ended'} ${step.index === current ? 'current' : ''} ${isInjection(step) ? 'injection' : ''}`}
            style={{ left: part(step.atMs), width: part(step.durationMs) }}
            title={`step ${step.index + 1}, ${step.step} ${step.label}: ${duration(step.durationMs)}`}
            onClick={() => onStep(step.index)}
          />
        ))}
      </div>
      <div class="lane ticks">
        {detail.signals.slice(0, 200).map((signals, index) => (
          <span
            key={`s${index}`}
            class="tick signal"
            style={{ left: part(signals.atMs) }}
            title={`${signals.signal} to ${signals.process}`}
          />
        ))}
        {detail.qemuEvents
          .filter(({ atMs }) => atMs >= 0)
          .map(({ atMs, event }, index) => (
            <span key={`q${index}`} class="tick qemu" style={{ left: part(atMs) }} title={`QEMU: ${event}`} />
          ))}
        {ticks.map((left) => (
          <span key={`l${left}`} class="tick mark" style={{ left }} title="marked line of the kernel log" />
        ))}
      </div>
      <div class="axis">
        {[0, 0.25, 0.5, 0.75, 1].map((place) => (
          <span key={place}>{duration(place * end)}</span>
        ))}
      </div>
    </div>
  );
}
