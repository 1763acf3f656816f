// SPDX-License-Identifier: GPL-2.0-only
// Data as text that fits into a script element of an HTML file: gzip, then base64. Nothing that a guest printed is markup in it.

import { gzipSync } from 'node:zlib';
import type { Report } from './make-report.ts';
import type { CellDetail, ReportData } from './report-data.ts';

/** Details are packed together up to so many characters of JSON: larger chunks compress better, smaller ones open faster. */
const chunkCharacters = 1 << 19;

export interface PackedReport {
  overview: string;
  chunks: string[];
}

export function packReport({ data, details }: Report, most = chunkCharacters): PackedReport {
  const chunkOf = data.cells.map(() => -1);
  const chunks: string[] = [];
  let open: Record<string, CellDetail> = {};
  let size = 0;
  const close = (): void => {
    if (size > 0) chunks.push(pack(open));
    open = {};
    size = 0;
  };
  for (const [index, detail] of details) {
    const { length } = JSON.stringify(detail);
    if (size > 0 && size + length > most) close();
    open[index] = detail;
    chunkOf[index] = chunks.length;
    size += length;
  }
  close();
  return { overview: pack({ ...data, chunkOf } satisfies ReportData), chunks };
}

function pack(value: unknown): string {
  return gzipSync(JSON.stringify(value), { level: 9 }).toString('base64');
}
