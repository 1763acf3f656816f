// SPDX-License-Identifier: GPL-2.0-only
// The scenarios of a comparison, regressions first. Only those in view are in the document.

import type { JSX } from 'preact';
import { changeWord } from '../../../comparison-words.ts';
import { shownWord } from '../../../../compare/shown-word.ts';
import { useRef } from 'preact/hooks';
import { go } from '../shared/navigate.ts';
import { formatRoute, type Route } from '../shared/route.ts';
import { useElementRows } from '../shared/virtual.ts';
import { changeTone, type ScenarioChange } from './changes.ts';

const rowHeight = 52;

interface Props {
  shown: readonly ScenarioChange[];
  chosen: ScenarioChange | undefined;
  route: Route;
}

export function Changes({ shown, chosen, route }: Props): JSX.Element {
  const box = useRef<HTMLDivElement>(null);
  const { rows, total, scrollTo } = useElementRows(shown.length, rowHeight, () => box.current);
  const routeOf = ({ scenario }: ScenarioChange): Route => ({ ...route, view: 'compare', scenario });
  const pressed = (event: KeyboardEvent): void => {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const next = shown[(chosen === undefined ? -1 : shown.indexOf(chosen)) + (by ?? 0)];
    if (by === undefined || next === undefined) return;
    event.preventDefault();
    scrollTo(shown.indexOf(next));
    go(routeOf(next));
  };
  if (shown.length === 0) return <p class="nothing">No scenario matches.</p>;
  return (
    <div ref={box} class="change-list" role="group" aria-labelledby="changes" tabIndex={0} onKeyDown={pressed}>
      <ul class="rows" style={{ height: `${total}px` }}>
        {rows.map(({ index, start }) => {
          const one = shown[index];
          if (one === undefined) return null;
          return (
            <li key={one.scenario} style={{ top: `${start}px` }} aria-setsize={shown.length} aria-posinset={index + 1}>
              <a href={formatRoute(routeOf(one))} aria-current={one === chosen ? 'true' : undefined}>
                <span class="first">
                  <span class={`badge ${changeTone(one)}`}>{changeWord(one)}</span> <strong>{one.scenario}</strong>
                </span>
                <span class="muted">
                  {shownWord(one.base) || 'not run'} <span aria-label="then">→</span>{' '}
                  {shownWord(one.tested) || 'not run'}
                </span>
              </a>
            </li>
          );
        })}
      </ul>
    </div>
  );
}
