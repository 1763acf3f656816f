// SPDX-License-Identifier: GPL-2.0-only
// Reads the data that is in the file: base64 of gzip of JSON in script elements that are no scripts.

import * as z from 'zod';
import { chunkSchema, reportDataSchema, type CellDetail, type ReportData } from '../../report-data.ts';

// The policy of the page forbids programs made of strings; zod would try.
z.config({ jitless: true });

export async function loadOverview(): Promise<ReportData> {
  return reportDataSchema.parse(await unpacked('overview'));
}

const chunks = new Map<number, Promise<Record<string, CellDetail>>>();

/** The details of a cell; undefined when the run left none. */
export async function loadDetail(data: ReportData, cell: number): Promise<CellDetail | undefined> {
  const chunk = data.chunkOf[cell] ?? -1;
  if (chunk === -1) return undefined;
  let loading = chunks.get(chunk);
  if (loading === undefined) {
    loading = unpacked(`chunk-${chunk}`).then((value) => chunkSchema.parse(value));
    chunks.set(chunk, loading);
  }
  return (await loading)[cell];
}

async function unpacked(id: string): Promise<unknown> {
  const text = document.getElementById(id)?.textContent;
  if (text === undefined) throw new Error(`this file is damaged: it has no ${id}`);
  const bytes = Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
  return JSON.parse(await new Response(stream).text());
}
