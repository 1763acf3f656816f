// SPDX-License-Identifier: GPL-2.0-only
// A signal as a scenario expects it and as a process got it.

import { z } from 'zod';
import { pageBytes } from '../host/page.ts';

/** si_code of SIGBUS (include/uapi/asm-generic/siginfo.h). */
const busCodes: Record<number, string> = {
  1: 'BUS_ADRALN',
  2: 'BUS_ADRERR',
  3: 'BUS_OBJERR',
  4: 'BUS_MCEERR_AR',
  5: 'BUS_MCEERR_AO',
};
const segvCodes: Record<number, string> = { 1: 'SEGV_MAPERR', 2: 'SEGV_ACCERR' };
const signalNames: Record<number, string> = { 7: 'SIGBUS', 9: 'SIGKILL', 11: 'SIGSEGV' };

export const signalExpectation = {
  signal: z.enum(['SIGBUS', 'SIGSEGV']).prefault('SIGBUS').describe('Signal'),
  code: z
    .enum(['BUS_ADRERR', 'BUS_MCEERR_AR', 'BUS_MCEERR_AO', 'SEGV_MAPERR', 'SEGV_ACCERR', 'SI_KERNEL'])
    .describe('si_code'),
  address: z
    .enum(['mapped', 'page', 'exact', 'any'])
    .prefault('any')
    .describe(
      'si_addr: anywhere in the mapping (mapped), at the start of a page of it (page), the touched address (exact)',
    ),
  lsb: z.int().optional().describe('si_addr_lsb: 12 for a page, 21 for 2 MiB'),
};

export type SignalExpectation = z.output<z.ZodObject<typeof signalExpectation>>;

/** Fields of siginfo_t, of a signal event or of a touch. */
export interface SeenSignal {
  signo: number;
  code: number;
  addr: string;
  lsb: number;
  /** Page of the mapping, from 0. */
  page?: number | undefined;
}

export function signalName(signo: number): string {
  return signalNames[signo] ?? `signal ${signo}`;
}

/** The kernel forces a signal without saying why (include/uapi/asm-generic/siginfo.h). */
const siKernel = 0x80;

export function codeName(signo: number, code: number): string {
  if (code === siKernel) return 'SI_KERNEL';
  return (signo === 11 ? segvCodes[code] : busCodes[code]) ?? `code ${code}`;
}

/** Whether si_addr_lsb is set: only with the two codes of memory failure (kernel/signal.c, 6.12). */
function hasLsb(code: string): boolean {
  return code.startsWith('BUS_MCEERR');
}

/** A signal in words: `SIGBUS BUS_MCEERR_AO at page 3 (0x7f..., lsb 12)`. */
export function describeSignal(seen: SeenSignal): string {
  const code = codeName(seen.signo, seen.code);
  const lsb = hasLsb(code) ? `, lsb ${seen.lsb}` : '';
  const where = seen.page === undefined ? 'outside the mapping' : `at page ${seen.page}`;
  return `${signalName(seen.signo)} ${code} ${where} (${seen.addr}${lsb})`;
}

/** An expected signal in words. */
export function describeExpectation(want: SignalExpectation): string {
  const address = {
    mapped: ' in the mapping',
    page: ' at the start of a page',
    exact: ' at the touched address',
    any: '',
  };
  return `${want.signal} ${want.code}${address[want.address]}${want.lsb === undefined ? '' : `, lsb ${want.lsb}`}`;
}

/** Whether a signal is the expected one. `touched`: the touched address, where it is known. */
export function meets(want: SignalExpectation, seen: SeenSignal, touched?: bigint): boolean {
  if (signalName(seen.signo) !== want.signal || codeName(seen.signo, seen.code) !== want.code) return false;
  if (want.lsb !== undefined && hasLsb(want.code) && seen.lsb !== want.lsb) return false;
  const address = BigInt(seen.addr);
  switch (want.address) {
    case 'any':
      return true;
    case 'mapped':
      return seen.page !== undefined;
    case 'page':
      return seen.page !== undefined && address % BigInt(pageBytes) === 0n;
    case 'exact':
      return touched === undefined ? seen.page !== undefined : address === touched;
  }
}
