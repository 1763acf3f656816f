// SPDX-License-Identifier: GPL-2.0-only
import { gunzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { packReport } from '../../../harness/report/html/pack.ts';
import { chunkSchema, reportDataSchema } from '../../../harness/report/html/report-data.ts';
import { report } from './reported-story.ts';

const unpacked = (text: string): unknown => JSON.parse(gunzipSync(Buffer.from(text, 'base64')).toString());

it('every cell is found in the chunk that the overview names', () => {
  const made = report();
  const packed = packReport(made, 2000);
  expect(packed.chunks.length).toBeGreaterThan(2);
  const { chunkOf } = reportDataSchema.parse(unpacked(packed.overview));
  const chunks = packed.chunks.map((chunk) => chunkSchema.parse(unpacked(chunk)));
  for (const [index, detail] of made.details) expect(chunks[chunkOf[index] ?? -1]?.[index]).toEqual(detail);
  expect(chunkOf).toHaveLength(made.data.cells.length);
});

it('a cell without details has no chunk', () => {
  const { data } = report();
  const { overview, chunks } = packReport({ data, details: new Map() });
  expect(chunks).toEqual([]);
  expect(new Set(reportDataSchema.parse(unpacked(overview)).chunkOf)).toEqual(new Set([-1]));
});
