// SPDX-License-Identifier: GPL-2.0-only
// The steps of a cell, and between them what came: injections, signals, events of QEMU, lines of the kernel log.

import type { JSX } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import type { CellDetail, DetailQemuEvent, DetailSignals, DetailStep } from '../../report-data.ts';
import { formatRoute, type Route } from '../shared/route.ts';
import { clock, count, duration } from '../shared/words.ts';
import { ClockStrip } from './clock-strip.tsx';
import { Against } from './deviations.tsx';
import { excerpt, isInjection, timelineOf, type Happening, type TimedLine } from './timeline-entries.ts';

const mostLines = 6;

const outcomeWords = { ok: 'ok', deviates: 'deviates', ended: 'did not finish' } as const;
const outcomeSigns = { ok: '✓', deviates: '✗', ended: '‼' } as const;

interface Props {
  detail: CellDetail;
  route: Route;
  /** The step that is highlighted in the YAML, and the one that the address names. */
  current: number;
  asked: number | undefined;
  onCurrent: (index: number) => void;
}

export function TimelineView({ detail, route, current, asked, onCurrent }: Props): JSX.Element {
  const { before, entries } = timelineOf(detail);
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    if (asked === undefined) return;
    onCurrent(asked);
    list.current?.querySelector(`[data-step="${asked}"]`)?.scrollIntoView({ block: 'center' });
  }, [asked]);
  const select = (index: number): void => {
    onCurrent(index);
    list.current?.querySelector(`[data-step="${index}"]`)?.scrollIntoView({ block: 'nearest' });
  };
  return (
    <section aria-labelledby="steps" class="timeline">
      <h2 id="steps">Steps</h2>
      <ClockStrip detail={detail} current={current} onStep={select} />
      <p class="muted small">{clockNote(detail, before)}</p>
      <ol ref={list} class="steps">
        {entries.map(({ step, happenings }) => (
          <li
            key={step.index}
            data-step={step.index}
            class={`step ${step.outcome ?? 'ended'} ${step.index === current ? 'current' : ''}`}
          >
            <Step step={step} current={step.index === current} onSelect={() => select(step.index)} />
            {happenings.length > 0 && (
              <ul class="happenings">
                {happenings.map((one, index) => (
                  <HappeningView key={index} happening={one} route={route} />
                ))}
              </ul>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

function clockNote({ clock: how, log, signalCount }: CellDetail, before: number): string {
  const notes = [
    'Times since the first step began.',
    ...(signalCount > 0 ? [`${count(signalCount, 'signal')} in all.`] : []),
    ...(before > 0 ? [`${count(before, 'line')} of the kernel log came before, while the stack was set up.`] : []),
  ];
  if (log !== undefined && how === 'by signals')
    notes.push('Lines of the kernel log are placed by its signals, within some milliseconds.');
  if (log !== undefined && how === 'unknown')
    notes.push('The run did not record the clock of the guest: the kernel log is below only.');
  return notes.join(' ');
}

function Step({ step, current, onSelect }: { step: DetailStep; current: boolean; onSelect: () => void }): JSX.Element {
  const outcome = step.outcome ?? 'ended';
  const title = step.wanted === undefined || outcome === 'ok';
  return (
    <div class="step-body">
      <p class="step-head">
        <time class="at">{clock(step.atMs)}</time>
        <span class={`outcome ${outcome}`} aria-hidden="true">
          {outcomeSigns[outcome]}
        </span>
        <button type="button" class="step-name" onClick={onSelect} aria-pressed={current}>
          {step.index + 1}. <strong>{step.step}</strong> {step.label}
        </button>
        {isInjection(step) && <span class="badge injection">{step.step === 'poison' ? 'injection' : 'removal'}</span>}
        <span class="visually-hidden">{outcomeWords[outcome]}</span>
        <span class="muted took">{duration(step.durationMs)}</span>
      </p>
      {title ? <p class="seen">{step.seen}</p> : <Against wanted={step.wanted ?? ''} seen={step.seen} />}
      {(step.notes ?? [])
        .filter((note) => note !== step.seen)
        .map((note, index) => (
          <p key={index} class="muted note">
            {note}
          </p>
        ))}
    </div>
  );
}

function HappeningView({ happening, route }: { happening: Happening; route: Route }): JSX.Element {
  if (happening.type === 'signals') return <Signals signals={happening.signals} />;
  if (happening.type === 'qemu') return <QemuEvent event={happening.event} />;
  const { shown, more } = excerpt(happening.lines, mostLines);
  const first = happening.lines[0];
  return (
    <li class="log-block">
      {shown.map((line) => (
        <Line key={line.index} line={line} route={route} />
      ))}
      {more > 0 && first !== undefined && (
        <a class="more" href={formatRoute({ ...route, line: String(first.index + 1), step: '' })}>
          {count(more, 'more line')} in the kernel log
        </a>
      )}
    </li>
  );
}

function Line({ line, route }: { line: TimedLine; route: Route }): JSX.Element {
  return (
    <p class={`log-line ${line.mark ?? ''}`}>
      <time class="at">{clock(line.at)}</time>
      <a href={formatRoute({ ...route, line: String(line.index + 1), step: '' })} title="In the kernel log">
        {line.text.replace(/^\[ *\d+\.\d+\](?:\[ *\w+\])? ?/, '')}
      </a>
      {line.mark === 'decides' && <span class="visually-hidden"> (decides the verdict)</span>}
    </p>
  );
}

function QemuEvent({ event: { atMs, event, about } }: { event: DetailQemuEvent }): JSX.Element {
  return (
    <li class="qemu-event">
      <time class="at">{clock(atMs)}</time>
      <span class="badge qemu">{event}</span>
      <span>QEMU{about === '' ? '' : ` (${about})`}</span>
    </li>
  );
}

function Signals({ signals }: { signals: DetailSignals }): JSX.Element {
  const { atMs, process, signal, code, lsb, count: number, pages, address } = signals;
  const where = pages === '' ? ` at ${address}` : `, page${/[-,]/.test(pages) ? 's' : ''} ${pages}`;
  return (
    <li class="signals">
      <time class="at">{clock(atMs)}</time>
      <span class="badge signal">{signal}</span>
      <span>
        {code} to <strong>{process}</strong>
        {number > 1 ? ` ×${number}` : ''}
        {where}, lsb {lsb}
      </span>
    </li>
  );
}
