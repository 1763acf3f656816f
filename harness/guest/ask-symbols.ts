// SPDX-License-Identifier: GPL-2.0-only
// The functions of a guest's kernel, from /proc/kallsyms: a stock kernel comes without another table of them.

import { gunzipSync } from 'node:zlib';
import { InfraError } from '../host/errors.ts';
import { readKallsyms, type SymbolAt } from '../kernel/executed/kernel-symbols.ts';
import type { LiveGuest } from './live-guest.ts';

/** In the guest's RAM; the guest is ended afterwards. */
const file = '/hazmat-symbols';

const askMs = 300_000;

/** Bytes of a part: as base64 it fits into an answer. */
const partBytes = 512 << 10;

/** @throws GuestDied, DeadlineExpired; InfraError when the kernel has no /proc/kallsyms */
export async function askKernelSymbols(guest: LiveGuest): Promise<SymbolAt[]> {
  // The table has 5 MiB, and an answer at most 1: it comes compressed, in parts.
  const program = `NF == 3 && $2 ~ /[tTwW]/ { print $1, $3 > "${file}" }`;
  await run(guest, ['mawk', program, '/proc/kallsyms']);
  await run(guest, ['gzip', file]);
  const bytes = Number(await run(guest, ['stat', '-c', '%s', `${file}.gz`]));
  await run(guest, ['split', '-b', String(partBytes), '-d', '-a', '3', `${file}.gz`, `${file}.part`]);
  const parts: Buffer[] = [];
  for (let part = 0; part * partBytes < bytes; part++) {
    const text = await run(guest, ['base64', '-w0', `${file}.part${String(part).padStart(3, '0')}`]);
    parts.push(Buffer.from(text, 'base64'));
  }
  const packed = Buffer.concat(parts);
  if (packed.length !== bytes) throw new InfraError(`of ${bytes} bytes of symbols ${packed.length} came`);
  const symbols = readKallsyms(gunzipSync(packed).toString('utf8'));
  if (symbols === undefined) throw new InfraError('/proc/kallsyms of the guest has no _text');
  return symbols;
}

async function run(guest: LiveGuest, argv: string[]): Promise<string> {
  const { exit, stdout, stderr } = await guest.request('run', { argv }, { withinMs: askMs });
  if (exit !== 0)
    throw new InfraError('the symbols of the guest could not be read', { hint: `${argv.join(' ')}: ${stderr.trim()}` });
  return stdout;
}
