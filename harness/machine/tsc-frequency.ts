// SPDX-License-Identifier: GPL-2.0-only
// The frequency of this host's TSC. Under TCG a guest reads the host's TSC (QEMU, include/qemu/timer.h: cpu_get_host_ticks), so
// that is what its kernel has to count with.

import path from 'node:path';
import { z } from 'zod';
import { Cache } from '../host/cache.ts';
import { InfraError } from '../host/errors.ts';
import { readKept, writeKept } from '../host/kept-json.ts';
import { contentKey, fileHash } from '../host/key.ts';
import { cacheRoot, projectRoot } from '../host/places.ts';
import { runProgram } from '../host/program.ts';

const source = path.join(projectRoot, 'qemu', 'tsc-khz.c');
const knownSchema = z.object({ khz: z.int().positive() });

/** By so much two measurements of one host differ at most. */
const spread = 1 / 500;

/** Measures it in 20 ms, in whole MHz. @throws InfraError */
export async function tscKhz(signal?: AbortSignal): Promise<number> {
  const { stdout } = await runProgram([await buildProgram(signal)], { signal });
  const measured = Number(stdout);
  if (!(measured > 100_000 && measured < 20_000_000))
    throw new InfraError(`the frequency of this host's TSC was measured as ${stdout.trim()} kHz`);
  const file = path.join(cacheRoot(), 'tsc.json');
  const khz = steadyKhz(measured, readKept(file, knownSchema)?.khz);
  writeKept(file, { khz });
  return khz;
}

/** What was known before if it is that still: the value is a part of every checkpoint's key, and a measurement is never twice the same. */
export function steadyKhz(measured: number, known: number | undefined): number {
  if (known !== undefined && Math.abs(measured - known) <= measured * spread) return known;
  return Math.round(measured / 1000) * 1000;
}

async function buildProgram(signal: AbortSignal | undefined): Promise<string> {
  const command = (output: string): string[] => ['gcc', '-O2', '-Wall', '-Wextra', '-Werror', '-o', output, source];
  const key = contentKey({ source: await fileHash(source), command: command('').slice(0, -2) });
  const folder = await new Cache(path.join(cacheRoot(), 'tsc')).ensure(
    key,
    async (part) => {
      await runProgram(command(path.join(part, 'tsc-khz')), { env: { LC_ALL: 'C' }, signal });
    },
    signal,
  );
  return path.join(folder, 'tsc-khz');
}
