// SPDX-License-Identifier: GPL-2.0-only
// The kernel log of a cell, from the end of the boot on. Only the lines in view are in the document.

import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { LogLine } from '../../report-data.ts';
import { formatRoute, type Route } from '../shared/route.ts';
import { useElementRows } from '../shared/virtual.ts';
import { clock, count } from '../shared/words.ts';

const lineHeight = 20;

interface Props {
  lines: readonly LogLine[];
  route: Route;
  folder: string;
}

export function KernelLog({ lines, route, folder }: Props): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState('');
  const [onlyMarked, setOnlyMarked] = useState(false);
  const shown = useMemo(() => {
    const word = query.toLowerCase();
    return lines
      .map((line, index) => ({ line, index }))
      .filter(
        ({ line }) =>
          (word === '' || line.text.toLowerCase().includes(word)) && (!onlyMarked || line.mark !== undefined),
      );
  }, [lines, query, onlyMarked]);
  const { rows, total, scrollTo } = useElementRows(shown.length, lineHeight, () => box.current);
  const asked = route.line === undefined ? undefined : Number(route.line) - 1;
  useEffect(() => {
    const place = shown.findIndex(({ index }) => index === asked);
    if (asked === undefined || place === -1) return;
    box.current?.scrollIntoView({ block: 'center' });
    scrollTo(place);
    box.current?.focus({ preventScroll: true });
  }, [asked, shown]);
  const marked = lines.filter(({ mark }) => mark !== undefined).length;
  const leftOut = lines.reduce((sum, line) => sum + (line.leftOut ?? 0), 0);
  return (
    <section aria-labelledby="log">
      <h2 id="log">Kernel log</h2>
      <form class="filters" role="search" onSubmit={(event) => event.preventDefault()}>
        <input
          type="search"
          aria-label="Search in the kernel log"
          placeholder="Search in the kernel log"
          value={query}
          onInput={(event) => setQuery(event.currentTarget.value)}
        />
        {marked > 0 && (
          <button type="button" class="chip" aria-pressed={onlyMarked} onClick={() => setOnlyMarked(!onlyMarked)}>
            <strong>{marked}</strong> marked
          </button>
        )}
        <span class="muted" role="status">
          {shown.length === lines.length
            ? count(lines.length, 'line')
            : `${shown.length} of ${count(lines.length, 'line')}`}
          {leftOut > 0 ? `; ${leftOut.toLocaleString('en-US')} more in ${folder}/dmesg.txt` : ''}
        </span>
      </form>
      <div ref={box} class="log" role="log" aria-live="off" aria-labelledby="log" tabIndex={0}>
        <div class="rows" style={{ height: `${total}px` }}>
          {rows.map(({ index: place, start }) => {
            const one = shown[place];
            if (one === undefined) return null;
            const { line, index } = one;
            return (
              <div
                key={index}
                class={`log-row ${line.mark ?? ''} ${index === asked ? 'asked' : ''} ${line.leftOut === undefined ? '' : 'after-gap'}`}
                style={{ top: `${start}px` }}
                aria-current={index === asked ? 'true' : undefined}
              >
                <a
                  class="number"
                  href={formatRoute({ ...route, line: String(index + 1), step: '' })}
                  aria-label={line.atMs === undefined ? undefined : `${clock(line.atMs)}, line ${index + 1}`}
                >
                  {line.atMs === undefined ? index + 1 : clock(line.atMs)}
                </a>
                <span class="text">
                  {line.leftOut === undefined ? '' : `(${count(line.leftOut, 'line')} left out) `}
                  {line.text}
                </span>
              </div>
            );
          })}
        </div>
      </div>
    </section>
  );
}
