// SPDX-License-Identifier: GPL-2.0-only
// The YAML of the scenario, with the step that is looked at.

import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { CellSource } from '../../report-data.ts';

interface Props {
  source: CellSource;
  current: number;
  onStep: (index: number) => void;
}

export function Source({ source, current, onStep }: Props): JSX.Element {
  const box = useRef<HTMLPreElement>(null);
  const lines = source.text.replace(/\n$/, '').split('\n');
  useEffect(() => {
    const line = box.current?.querySelector<HTMLElement>('.now');
    const pre = box.current;
    if (line === null || line === undefined || pre === null) return;
    pre.scrollTop = line.offsetTop - pre.offsetTop - pre.clientHeight / 3;
  }, [current]);
  return (
    <section class="source" aria-labelledby="source">
      <h2 id="source">Scenario</h2>
      <p class="muted small">
        {source.file}
        {source.changed ? ': changed since the run, so steps are not marked' : ''}
      </p>
      <pre ref={box} tabIndex={0} aria-labelledby="source">
        {lines.map((line, number) => {
          const step = source.steps.findIndex(([from, to]) => number >= from && number <= to);
          const now = step !== -1 && step === current;
          return (
            <span
              key={number}
              class={`line ${step === -1 ? '' : 'of-step'} ${now ? 'now' : ''}`}
              aria-current={now ? 'step' : undefined}
              onClick={step === -1 ? undefined : () => onStep(step)}
            >
              {line}
              {'\n'}
            </span>
          );
        })}
      </pre>
    </section>
  );
}
