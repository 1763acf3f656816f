// SPDX-License-Identifier: GPL-2.0-only
// What only one kernel showed: deviations, lines of the kernel log, slower and faster steps.

import type { JSX } from 'preact';
import type { ScenarioChange } from './changes.ts';

const most = 200;

export function Differences({ change }: { change: ScenarioChange }): JSX.Element {
  const { appeared, gone, log, latencies } = change;
  return (
    <>
      <Deviations title="Deviations that appeared" list={appeared} />
      <Deviations title="Deviations that are gone" list={gone} />
      {latencies.length > 0 && (
        <>
          <h3>Times</h3>
          <ul>
            {latencies.map(({ step, label, change: what, baseMs, testedMs, p }, index) => (
              <li key={index}>
                {step} {label} is {what}: median {testedMs} ms instead of {baseMs} ms (p={p.toPrecision(2)})
              </li>
            ))}
          </ul>
        </>
      )}
      {log.appeared.length + log.gone.length > 0 && (
        <>
          <h3>Kernel log</h3>
          <p class="muted small">
            Lines that only one side has. What differs from boot to boot is replaced by its name.
          </p>
          <pre class="lines diff" tabIndex={0} aria-label="Differences of the kernel logs">
            <Lines sign="−" what="only on base" lines={log.gone} />
            <Lines sign="+" what="only on tested" lines={log.appeared} />
          </pre>
        </>
      )}
    </>
  );
}

function Deviations({ title, list }: { title: string; list: ScenarioChange['appeared'] }): JSX.Element | null {
  if (list.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul class="deviations">
        {list.map(({ kind, title: text, step, stepIndex, cells, of, known }, index) => (
          <li key={index}>
            <strong class="kind">{kind}</strong>{' '}
            {stepIndex === undefined ? '' : `step ${stepIndex + 1}, ${step ?? ''}: `}
            <span class="text">{text}</span>
            {of > 1 ? ` (${cells} of ${of})` : ''}
            {known ? ' (known)' : ''}
          </li>
        ))}
      </ul>
    </>
  );
}

type LogLines = ScenarioChange['log']['appeared'];

function Lines({ sign, what, lines }: { sign: string; what: string; lines: LogLines }): JSX.Element {
  return (
    <>
      {lines.slice(0, most).map(({ line, cells, of, alarming }, index) => (
        <span key={index} class={`line ${sign === '+' ? 'added' : 'removed'} ${alarming ? 'alarm' : ''}`}>
          <span aria-hidden="true">{sign} </span>
          <span class="visually-hidden">{what}: </span>
          {line}
          {of > 1 ? ` (${cells} of ${of})` : ''}
          {'\n'}
        </span>
      ))}
      {lines.length > most && (
        <span class="line muted">
          {lines.length - most} more lines {what}
          {'\n'}
        </span>
      )}
    </>
  );
}
