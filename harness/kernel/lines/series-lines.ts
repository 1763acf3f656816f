// SPDX-License-Identifier: GPL-2.0-only
// The code of the lines that a series adds: in which image or module, at which offset. Kept with the kernel, so that what a
// guest executes is known by line (guest/recording.ts).

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { readJsonFileIfWhole } from '../../host/json-file.ts';

const placeSchema = z.strictObject({
  /** `vmlinux`, or a module as /sys/module names it. */
  image: z.string(),
  section: z.string(),
  /** Offset in the section of an instruction with which code of the line begins. */
  at: z.int(),
  /** Index in `lines`. */
  line: z.int(),
  /** A statement of the line begins there; else it is code that the compiler moved or merged with that of other lines. */
  statement: z.boolean(),
});

const functionSchema = z.strictObject({
  name: z.string(),
  image: z.string(),
  section: z.string(),
  /** Offsets in the section: the first byte, and the one after the last. */
  start: z.int(),
  end: z.int(),
});

const patchedSchema = z.strictObject({
  /** Index in `places`. */
  place: z.int(),
  /** The instructions that are executed after it, in the same image. */
  instead: z.array(z.strictObject({ section: z.string(), at: z.int() })),
});

const seriesLinesSchema = z.strictObject({
  lines: z.array(z.strictObject({ file: z.string(), line: z.int(), text: z.string() })),
  places: z.array(placeSchema),
  /** Whole functions with such code. */
  functions: z.array(functionSchema),
  /**
   * The places whose instruction the kernel may patch while it runs, where no breakpoint may stand (patch-sites.ts). Missing in a kernel that was
   * built before they were known: it has no breakpoints at all.
   */
  patched: z.array(patchedSchema).exactOptional(),
  /** What could not be found out, each a sentence. */
  notes: z.array(z.string()),
});

/** Where code of a line begins. A line may have several such places. */
export type LinePlace = z.output<typeof placeSchema>;

export type LineFunction = z.output<typeof functionSchema>;

/** The lines that a series adds, and their code. */
export type SeriesLines = z.output<typeof seriesLinesSchema>;

const fileName = 'series-lines.json';

export function writeSeriesLines(folder: string, lines: SeriesLines): void {
  writeFileSync(path.join(folder, fileName), `${JSON.stringify(seriesLinesSchema.parse(lines))}\n`);
}

/** The lines of the series of a kernel in the cache; undefined for a kernel without a series. */
export function readSeriesLines(folder: string): SeriesLines | undefined {
  return readJsonFileIfWhole(path.join(folder, fileName), seriesLinesSchema);
}
