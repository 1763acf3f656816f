// SPDX-License-Identifier: GPL-2.0-only
// The details of a cell, read when it is shown.

import { useEffect, useState } from 'preact/hooks';
import type { CellDetail, ReportData } from '../../report-data.ts';
import { loadDetail } from './load.ts';

export type Loading = { state: 'loading' } | { state: 'none' } | { state: 'failed'; why: string } | Loaded;

interface Loaded {
  state: 'loaded';
  cell: number;
  detail: CellDetail;
}

export function useDetail(data: ReportData, cell: number | undefined): Loading {
  const [loading, setLoading] = useState<Loading>({ state: 'loading' });
  useEffect(() => {
    let current = true;
    const show = (next: Loading): void => {
      if (current) setLoading(next);
    };
    if (cell === undefined) show({ state: 'none' });
    else
      loadDetail(data, cell).then(
        (detail) => show(detail === undefined ? { state: 'none' } : { state: 'loaded', cell, detail }),
        (error: unknown) => show({ state: 'failed', why: String(error) }),
      );
    return () => {
      current = false;
    };
  }, [data, cell]);
  // Until the effect has run, what is loaded is of the cell before.
  return loading.state === 'loaded' && loading.cell !== cell ? { state: 'loading' } : loading;
}
