// SPDX-License-Identifier: GPL-2.0-only
// Long lists: only the rows in view are in the document, except when the page is printed.

import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  observeWindowOffset,
  observeWindowRect,
  Virtualizer,
  windowScroll,
  type VirtualizerOptions,
} from '@tanstack/virtual-core';
import { options as preact } from 'preact';
import { useEffect, useLayoutEffect, useReducer, useRef, useState } from 'preact/hooks';

interface Row {
  index: number;
  /** Pixels from the top of the list. */
  start: number;
  size: number;
}

export interface VirtualRows {
  rows: readonly Row[];
  /** Height of all rows, pixels. */
  total: number;
  scrollTo: (index: number) => void;
}

const overscan = 12;

/** Rows of a list that scrolls with the window; `top` is where the list begins in the document. */
export function useWindowRows(count: number, height: number, top: number): VirtualRows {
  return useRows<Window, Element>(count, height, {
    count,
    estimateSize: () => height,
    overscan,
    scrollMargin: top,
    getScrollElement: () => window,
    observeElementRect: observeWindowRect,
    observeElementOffset: observeWindowOffset,
    scrollToFn: windowScroll,
    initialOffset: () => window.scrollY,
  });
}

/** Rows of a list that scrolls by itself. */
export function useElementRows(count: number, height: number, element: () => HTMLElement | null): VirtualRows {
  return useRows<HTMLElement, Element>(count, height, {
    count,
    estimateSize: () => height,
    overscan,
    getScrollElement: element,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
  });
}

function useRows<S extends Element | Window, T extends Element>(
  count: number,
  height: number,
  options: VirtualizerOptions<S, T>,
): VirtualRows {
  const [, update] = useReducer((number: number) => number + 1, 0);
  const printing = usePrinting();
  const ref = useRef<Virtualizer<S, T>>(undefined);
  const virtualizer = (ref.current ??= new Virtualizer<S, T>(options));
  virtualizer.setOptions({ ...options, onChange: () => update(undefined) });
  useLayoutEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => virtualizer._willUpdate());
  const margin = options.scrollMargin ?? 0;
  const rows = printing
    ? Array.from({ length: count }, (_, index) => ({ index, start: index * height, size: height }))
    : virtualizer.getVirtualItems().map(({ index, start, size }) => ({ index, start: start - margin, size }));
  return { rows, total: count * height, scrollTo: (index) => virtualizer.scrollToIndex(index, { align: 'center' }) };
}

/** Whether the page is being printed. It changes before the browser makes the pages. */
function usePrinting(): boolean {
  const [printing, setPrinting] = useState(() => matchMedia('print').matches);
  useEffect(() => {
    const print = matchMedia('print');
    const set = (value: boolean) => (): void => {
      // Rendered before this returns: the browser makes the pages next.
      preact.debounceRendering = (render) => render();
      setPrinting(value);
      delete preact.debounceRendering;
    };
    const [begins, ends, changed] = [set(true), set(false), () => set(print.matches)()];
    addEventListener('beforeprint', begins);
    addEventListener('afterprint', ends);
    print.addEventListener('change', changed);
    return () => {
      removeEventListener('beforeprint', begins);
      removeEventListener('afterprint', ends);
      print.removeEventListener('change', changed);
    };
  }, []);
  return printing;
}
