// SPDX-License-Identifier: GPL-2.0-only
// The keys of the page, and the list of them. Everything is reachable with Tab and Enter as well.

import { useEffect, useRef } from 'preact/hooks';
import type { JSX, RefObject } from 'preact';
import type { ReportData } from '../../report-data.ts';
import { cellRoute, cellsToVisit, findCell } from './cells.ts';
import { go } from './navigate.ts';
import { parseRoute, type Route } from './route.ts';

const keyWords: readonly [string[], string][] = [
  [['/'], 'go to the search field'],
  [['o'], 'overview'],
  [['c'], 'comparison'],
  [['h'], 'history'],
  [['n', 'p'], 'next, previous cell that deviates or has no verdict'],
  [['Arrows', 'Home', 'End', 'Page Up', 'Page Down'], 'move in the table'],
  [['Enter'], 'open the cell'],
  [['Escape'], 'back to the overview'],
  [['?'], 'this list'],
];

export interface Help {
  open: () => void;
  dialog: RefObject<HTMLDialogElement | null>;
}

export function useKeys(data: ReportData): Help {
  const dialog = useRef<HTMLDialogElement>(null);
  const open = (): void => dialog.current?.showModal();
  useEffect(() => {
    // Not what was rendered: the key before this one may have changed the address.
    const here = (): Route => parseRoute(location.hash);
    const pressed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey || dialog.current?.open === true) return;
      if (event.key === 'Escape') {
        if (isField(event.target)) event.target.blur();
        else if (here().view === 'cell') go({ view: 'overview' });
        return;
      }
      if (isField(event.target)) return;
      if (act(event.key)) event.preventDefault();
    };
    const act = (key: string): boolean => {
      switch (key) {
        case '?':
          open();
          return true;
        case '/': {
          const field = document.querySelector<HTMLInputElement>('input[type=search]');
          field?.focus();
          return field !== null;
        }
        case 'o':
          go({ view: 'overview' });
          return true;
        case 'c':
          if (data.comparisons.length > 0) go({ view: 'compare' });
          return true;
        case 'h':
          if (data.history !== undefined) go({ view: 'history' });
          return true;
        case 'n':
        case 'p':
          return visit(key === 'n' ? 1 : -1);
        default:
          return false;
      }
    };
    const visit = (by: number): boolean => {
      const visited = cellsToVisit(data);
      const at = visited.indexOf(findCell(data, here().cell) ?? -1);
      const next =
        visited[at === -1 ? (by === 1 ? 0 : visited.length - 1) : (at + by + visited.length) % visited.length];
      if (next !== undefined) go(cellRoute(data, next));
      return true;
    };
    addEventListener('keydown', pressed);
    return () => removeEventListener('keydown', pressed);
  }, [data]);
  return { open, dialog };
}

function isField(target: EventTarget | null): target is HTMLElement {
  return target instanceof HTMLInputElement || target instanceof HTMLSelectElement;
}

export function KeyHelp({ dialog }: { dialog: RefObject<HTMLDialogElement | null> }): JSX.Element {
  return (
    <dialog ref={dialog} aria-labelledby="keys-title">
      <h2 id="keys-title">Keys</h2>
      <dl class="keys">
        {keyWords.map(([keys, what]) => (
          <div key={what}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button type="submit">Close</button>
      </form>
    </dialog>
  );
}
