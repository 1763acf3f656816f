// SPDX-License-Identifier: GPL-2.0-only
// cxl-poison-list: the poison list of a CXL device, as the kernel reads it: it puts each entry into the trace
// (drivers/cxl/core/memdev.c:trigger_poison_list_store, 6.12).

import { z } from 'zod';
import { InfraError } from '../../host/errors.ts';
import { fileKey, memdevKey, pageKey } from '../keys.ts';
import { memdevOf } from '../memdev.ts';
import { targetsOf } from '../poison-target.ts';
import { stepKind } from '../step.ts';
import type { StepContext } from '../step-context.ts';
import { traceEvents, traceFile } from '../trace-events.ts';

const entry = z.strictObject({
  file: fileKey.describe('File of the page'),
  page: pageKey,
  bytes: z.int().min(64).max(4096).prefault(4096).describe('Bytes from the start of the page; all of it by default'),
});

const schema = z.strictObject({
  memdev: memdevKey,
  expect: z.union([z.literal('none'), z.array(entry).min(1)]).describe('none, or exactly these pages'),
});

export const cxlPoisonList = stepKind({
  key: 'cxl-poison-list',
  title: 'The poison list of a CXL device: these pages, and no others',
  example: 'cxl-poison-list: {memdev: mem0, expect: [{page: 3, file: /mnt/data}]}',
  acts: false,
  schema,
  names: ({ memdev, expect }) => ({
    memdevs: [memdev],
    files: expect === 'none' ? [] : expect.map(({ file }) => file),
  }),
  label: ({ memdev, expect }) =>
    `${memdev}: ${expect === 'none' ? 'none' : expect.map(({ page, file }) => `page ${page} of ${file}`).join(', ')}`,
  async run({ memdev, expect }, context) {
    const pages: Range[] = [];
    for (const { bytes, ...place } of expect === 'none' ? [] : expect) {
      const [target] = await targetsOf({ ...place, pages: 1 }, context);
      pages.push({ hpa: target?.physical ?? 0, bytes });
    }
    const wanted = joined(pages);
    const { folder } = await memdevOf(memdev, context);
    const found = joined(await readList(`${folder}/trigger_poison_list`, context));
    const isSame = found.length === wanted.length && found.every((one) => wanted.includes(one));
    const seen = found.length === 0 ? 'no poison' : found.join(', ');
    return isSame
      ? { ok: true, seen }
      : { ok: false, wanted: wanted.length === 0 ? 'no poison' : wanted.join(', '), seen };
  },
});

interface Range {
  hpa: number;
  bytes: number;
}

async function readList(trigger: string, { guest }: StepContext): Promise<Range[]> {
  const before = await listEvents(guest);
  const { error } = await guest.request('write', { path: trigger, data: '1' });
  if (error !== undefined) throw new InfraError(`writing ${trigger} returned ${error}`);
  return (await listEvents(guest)).slice(before.length);
}

async function listEvents(guest: StepContext['guest']): Promise<Range[]> {
  const { data, error } = await guest.request('read', { path: traceFile });
  if (error !== undefined) throw new InfraError(`reading ${traceFile} returned ${error}`);
  return traceEvents(data, 'cxl_poison')
    .filter((fields) => fields.get('trace_type') === 'List')
    .map((fields) => ({ hpa: Number(fields.get('hpa')), bytes: Number(fields.get('dpa_length')) }));
}

/** Entries that touch are one range: a device may split them. */
function joined(ranges: readonly Range[]): string[] {
  const all: Range[] = [];
  for (const range of ranges.toSorted((a, b) => a.hpa - b.hpa)) {
    const last = all.at(-1);
    if (last !== undefined && last.hpa + last.bytes === range.hpa) last.bytes += range.bytes;
    else all.push({ ...range });
  }
  return all.map(({ hpa, bytes }) => `${bytes} bytes at 0x${hpa.toString(16)}`);
}
