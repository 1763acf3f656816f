// SPDX-License-Identifier: GPL-2.0-only
// What a guest has executed of its whole kernel, and the file that keeps it: compressed JSON, the same for every boot of a kernel, because
// places are offsets in sections.

import { gunzipSync, gzipSync } from 'node:zlib';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { writeWholeFile } from '../../host/atomic-file.ts';
import { contentKey } from '../../host/key.ts';
import { fromDistances, toDistances, type Spans } from './spans.ts';

const address = z.string().regex(/^0x[0-9a-f]+$/);

const phaseSchema = z.strictObject({
  /**
   * boot: until the modules are loaded. setup: the stack and the processes. start: a fork, until the first step. step: what was executed
   * for the first time in that fork; what `start` or an earlier step has executed is not in it again. reboot: a step that resets the guest.
   */
  phase: z.enum(['boot', 'setup', 'start', 'step', 'reboot']),
  /** Of step and reboot: its index in the scenario, from 0. */
  step: z.int().exactOptional(),
  /** `IMAGE SECTION` to spans, as distances (spans.ts). */
  spans: z.record(z.string(), z.array(z.int().nonnegative())),
});

const fileSchema = z.strictObject({
  version: z.literal(1),
  /** Where the sections are in the guest at its end. */
  addresses: z.record(z.string(), address),
  phases: z.array(phaseSchema),
  /** The file in the folder that the cells of a run share which has the phase `boot`; undefined: it is here. */
  boot: z
    .string()
    .regex(/^boot-[0-9a-f]+\.json\.gz$/)
    .exactOptional(),
  /** Bytes that were executed and lie in nothing that is known, such as a module whose place could not be asked for. */
  unknown: z.int(),
});

/** `IMAGE SECTION` (`vmlinux .text`, `xfs .text.unlikely`) to the bytes that were executed. Of vmlinux all offsets are from _text. */
export type ExecutedSections = ReadonlyMap<string, Spans>;

export interface ExecutedPhase {
  phase: z.output<typeof phaseSchema>['phase'];
  /** Of step and reboot: the index, from 0. */
  step?: number | undefined;
  sections: ExecutedSections;
}

export interface ExecutedKernel {
  /** `IMAGE SECTION` to an address, `0xffffffff81000000`. */
  addresses: Record<string, string>;
  phases: ExecutedPhase[];
  unknown: number;
}

export function writeExecuted(file: string, kernel: ExecutedKernel): void {
  write(file, kernel);
}

/** Writes what a cell's guest has executed; its boot, which it shares with many cells, into a file of its own in `shared`. */
export function writeCellExecuted(file: string, shared: string, { addresses, phases, unknown }: ExecutedKernel): void {
  const boot = phases.filter(({ phase }) => phase === 'boot');
  const name = `boot-${contentKey(boot.map(({ sections }) => [...sections]))}.json.gz`;
  const place = path.join(shared, name);
  if (!existsSync(place)) write(place, { addresses: {}, phases: boot, unknown: 0 });
  const own = phases.filter(({ phase }) => phase !== 'boot');
  write(file, { addresses, phases: own, unknown }, { boot: name });
}

function write(file: string, { addresses, phases, unknown }: ExecutedKernel, more: { boot?: string } = {}): void {
  const kept: z.input<typeof fileSchema> = {
    version: 1,
    addresses,
    phases: phases.map(({ phase, step, sections }) => ({
      phase,
      ...(step === undefined ? {} : { step }),
      spans: Object.fromEntries([...sections].map(([key, spans]) => [key, toDistances(spans)])),
    })),
    unknown,
    ...more,
  };
  writeWholeFile(file, gzipSync(JSON.stringify(kept), { level: 9 }), { makeFolders: true });
}

/** Undefined when there is none, or one that is damaged or of another version. `shared`: where boots are that were written apart. */
export function readExecuted(file: string, shared?: string): ExecutedKernel | undefined {
  if (!existsSync(file)) return undefined;
  const kept = fileSchema.safeParse(unpacked(file)).data;
  if (kept === undefined) return undefined;
  const phases = kept.phases.map(({ phase, step, spans }): ExecutedPhase => ({
    phase,
    step,
    sections: new Map(Object.entries(spans).map(([key, distances]) => [key, fromDistances(distances)])),
  }));
  const { addresses, unknown, boot } = kept;
  if (boot === undefined) return { addresses, phases, unknown };
  const before = shared === undefined ? undefined : readExecuted(path.join(shared, boot));
  return before === undefined ? undefined : { addresses, phases: [...before.phases, ...phases], unknown };
}

function unpacked(file: string): unknown {
  try {
    return JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'));
  } catch {
    return undefined;
  }
}
