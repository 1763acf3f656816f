// SPDX-License-Identifier: GPL-2.0-only
// A guest that does not answer, seen from outside: where each CPU is according to QEMU, by name where the guest's kallsyms is
// known.

import { createHash } from 'node:crypto';
import { isGenericInHang, plainName } from './functions.ts';

export interface CpuRegisters {
  cpu: number;
  rip: bigint;
  /** Privilege level 3: a program runs, not the kernel. */
  user: boolean;
  halted: boolean;
}

/** Reads QEMU's `info registers -a` (x86-64), or `info registers` of one CPU, which is then taken as CPU 0. */
export function parseRegisters(text: string): CpuRegisters[] {
  const parts = /^CPU#\d+/m.test(text) ? text.split(/^(?=CPU#\d+)/m) : [text];
  return parts.flatMap((part) => {
    const rip = /\bRIP=([0-9a-f]{8,16})\b/.exec(part)?.[1];
    if (rip === undefined) return [];
    return [
      {
        cpu: Number(/^CPU#(\d+)/m.exec(part)?.[1] ?? 0),
        rip: BigInt(`0x${rip}`),
        user: /\bCPL=3\b/.test(part),
        halted: /\bHLT=1\b/.test(part),
      },
    ];
  });
}

export interface SymbolTable {
  addresses: BigUint64Array;
  names: string[];
}

/** Reads /proc/kallsyms text. Addresses of 0 (kptr_restrict) and data symbols are left out. */
export function parseKallsyms(text: string): SymbolTable {
  const symbols: { address: bigint; name: string }[] = [];
  for (const match of text.matchAll(/^([0-9a-f]{8,16}) [tTwW] (\S+)/gm)) {
    const address = BigInt(`0x${match[1] ?? '0'}`);
    if (address !== 0n) symbols.push({ address, name: match[2] ?? '' });
  }
  symbols.sort((a, b) => (a.address < b.address ? -1 : a.address > b.address ? 1 : 0));
  return { addresses: BigUint64Array.from(symbols, ({ address }) => address), names: symbols.map(({ name }) => name) };
}

/** The function that holds an address: the last one that begins at or below it, within 1 MiB; undefined for none. */
export function symbolAt(table: SymbolTable, address: bigint): { name: string; offset: number } | undefined {
  let low = 0;
  let high = table.addresses.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((table.addresses[middle] ?? 0n) <= address) low = middle + 1;
    else high = middle;
  }
  const start = table.addresses[low - 1];
  const name = table.names[low - 1];
  if (start === undefined || name === undefined || address - start > 0x100000n) return undefined;
  return { name: plainName(name), offset: Number(address - start) };
}

export interface HostOnlyHang {
  title: string;
  function: string | undefined;
  fingerprint: string;
  /** One line for each CPU, for each sample. */
  samples: string[][];
}

/**
 * A hang seen from outside, when not even the agent answers. `samples`: the registers, read several times, a little apart.
 * Without kallsyms the report has addresses and no function.
 */
export function diagnoseFromOutside(
  what: string,
  samples: readonly (readonly CpuRegisters[])[],
  kallsyms?: SymbolTable,
): HostOnlyHang {
  const nameOf = (cpu: CpuRegisters): string | undefined =>
    kallsyms === undefined || cpu.user || cpu.halted ? undefined : symbolAt(kallsyms, cpu.rip)?.name;
  const lines = samples.map((cpus) => cpus.map((cpu) => `CPU ${cpu.cpu}: ${describe(cpu, nameOf(cpu))}`));
  const seen = new Map<string, { cpu: number; count: number }>();
  for (const cpu of samples.flat()) {
    const name = nameOf(cpu);
    if (name === undefined || isGenericInHang(name)) continue;
    seen.set(name, { cpu: cpu.cpu, count: (seen.get(name)?.count ?? 0) + 1 });
  }
  const [name, most] = [...seen].sort(([, a], [, b]) => b.count - a.count)[0] ?? [];
  const busy = samples.flat().find((cpu) => !cpu.halted);
  let says = 'every CPU is halted, or its registers are not known';
  if (name !== undefined && most !== undefined) says = `CPU ${most.cpu} is in ${name}`;
  else if (busy !== undefined) says = `CPU ${busy.cpu}: ${describe(busy, nameOf(busy))}`;
  const identity = createHash('sha256')
    .update(name ?? what)
    .digest('hex')
    .slice(0, 8);
  return {
    title: `hang in ${what}: ${says} (the guest did not answer)`,
    function: name,
    fingerprint: `hang:${name ?? '-'}:${identity}`,
    samples: lines,
  };
}

function describe(cpu: CpuRegisters, name: string | undefined): string {
  if (cpu.halted) return 'halted (idle)';
  if (cpu.user) return 'in user space';
  return name === undefined ? `in the kernel at 0x${cpu.rip.toString(16)}` : `in ${name}`;
}
