// SPDX-License-Identifier: GPL-2.0-only
// One scenario on both kernels: step by step, the first difference in view, and what only one kernel logged.

import type { JSX } from 'preact';
import { changeWord } from '../../../comparison-words.ts';
import { useEffect, useRef } from 'preact/hooks';
import type { CellDetail, DetailStep, ReportComparison, ReportData } from '../../report-data.ts';
import { cellRoute } from '../shared/cells.ts';
import { Command } from '../shared/command.tsx';
import { formatRoute } from '../shared/route.ts';
import { useDetail } from '../shared/use-detail.ts';
import { Verdict } from '../shared/verdict.tsx';
import { duration } from '../shared/words.ts';
import { changeTone, type ScenarioChange } from './changes.ts';
import { Differences } from './differences.tsx';

interface Props {
  data: ReportData;
  comparison: ReportComparison;
  change: ScenarioChange;
}

export function SideBySide({ data, comparison, change }: Props): JSX.Element {
  const { sides } = change;
  const base = useDetail(data, sides.base);
  const tested = useDetail(data, sides.tested);
  const details = [base, tested].map((one) => (one.state === 'loaded' ? one.detail : undefined));
  const ready = [base, tested].every(({ state }) => state !== 'loading');
  const first = useRef<HTMLTableRowElement>(null);
  useEffect(() => {
    if (ready) first.current?.scrollIntoView({ block: 'nearest' });
  }, [ready]);
  return (
    <section class="side-by-side" aria-labelledby="chosen">
      <h2 id="chosen">
        <span class={`badge ${changeTone(change)}`}>{changeWord(change)}</span> {change.scenario}
      </h2>
      <p class="cell-title">{change.title}</p>
      {change.notes.map((note) => (
        <p key={note} class="message warning">
          {note}
        </p>
      ))}
      {change.known !== undefined && (
        <p class="issue">
          <strong>Known issue {change.known.bug ?? ''}:</strong> {change.known.because}
        </p>
      )}
      <table class="sides">
        <caption class="visually-hidden">Steps on both kernels</caption>
        <thead>
          <tr>
            <SideHead data={data} name="base" label={comparison.base.label} cell={sides.base} />
            <SideHead data={data} name="tested" label={comparison.tested.label} cell={sides.tested} />
          </tr>
        </thead>
        <tbody>
          {sides.pairs.map(([left, right], index) => {
            const isFirst = index === sides.first;
            return (
              <tr key={index} ref={isFirst ? first : null} class={isFirst ? 'first-difference' : ''}>
                <SideStep detail={details[0]} at={left} isFirst={isFirst} />
                <SideStep detail={details[1]} at={right} isFirst={false} />
              </tr>
            );
          })}
        </tbody>
      </table>
      <Differences change={change} />
      {change.tested !== undefined && (
        <Command text={change.tested.reproduce} what="Command that runs the tested side again" />
      )}
    </section>
  );
}

function SideHead({
  data,
  name,
  label,
  cell,
}: {
  data: ReportData;
  name: string;
  label: string;
  cell: number | undefined;
}): JSX.Element {
  const shown = cell === undefined ? undefined : data.cells[cell];
  return (
    <th scope="col">
      <span class="muted">{name}</span> {label}{' '}
      {shown !== undefined && cell !== undefined && (
        <>
          <Verdict cell={shown} /> <a href={formatRoute(cellRoute(data, cell))}>Open the cell</a>
        </>
      )}
    </th>
  );
}

const signs = { ok: '✓', deviates: '✗', ended: '‼' } as const;
const words = { ok: 'ok', deviates: 'deviates', ended: 'did not finish' } as const;

function SideStep({
  detail,
  at,
  isFirst,
}: {
  detail: CellDetail | undefined;
  at: number | null;
  isFirst: boolean;
}): JSX.Element {
  const step: DetailStep | undefined = at === null ? undefined : detail?.steps[at];
  if (step === undefined) return <td class="muted">{detail === undefined ? '' : 'not reached'}</td>;
  const outcome = step.outcome ?? 'ended';
  return (
    <td class={`side ${outcome}`}>
      {isFirst && <span class="badge first">first difference</span>}
      <p class="step-head">
        <span class={`outcome ${outcome}`} aria-hidden="true">
          {signs[outcome]}
        </span>
        <span class="visually-hidden">{words[outcome]}</span>
        <span class="step-label">
          {step.index + 1}. <strong>{step.step}</strong> {step.label}
        </span>
        <span class="muted took">{duration(step.durationMs)}</span>
      </p>
      {step.wanted !== undefined && outcome !== 'ok' && <p class="seen">expected: {step.wanted}</p>}
      <p class="seen">{step.seen}</p>
    </td>
  );
}
