// SPDX-License-Identifier: GPL-2.0-only
// Turns `function+0x12/0x34` in kernel log lines into source lines, where a vmlinux with debug information exists.

import { InfraError } from '../host/errors.ts';
import { runProgram } from '../host/program.ts';

export interface Symbolized {
  lines: string[];
  /** Why the lines have no source lines, in one sentence; undefined when they have. */
  note?: string;
}

interface Place {
  address: bigint;
  size: bigint;
}

const reference = /(?<name>[A-Za-z_.$][\w.$]*)\+0x(?<offset>[0-9a-f]+)\/0x(?<size>[0-9a-f]+)/;

/**
 * Appends ` file:line` (with the functions inlined there, innermost first) to each line that names a function of vmlinux.
 * Functions of modules are left as they are: their symbols are not in vmlinux. Without binutils or debug information the
 * lines come back unchanged, with a note. Needs nm and addr2line (Debian package binutils).
 */
export async function symbolize(lines: readonly string[], vmlinux: string | undefined): Promise<Symbolized> {
  if (vmlinux === undefined)
    return { lines: [...lines], note: 'this kernel has no vmlinux, so there are no source lines' };
  try {
    const symbols = await readSymbols(vmlinux);
    const wanted = lines.map((line) => addressIn(line, symbols));
    const places = await readPlaces(vmlinux, [...new Set(wanted.filter((address) => address !== undefined))]);
    if (places.size === 0 && wanted.some((address) => address !== undefined)) {
      return { lines: [...lines], note: `${vmlinux} has no debug information, so there are no source lines` };
    }
    return {
      lines: lines.map((line, index) => {
        const address = wanted[index];
        const place = address === undefined ? undefined : places.get(address);
        return place === undefined ? line : `${line.trimEnd()} ${place}`;
      }),
    };
  } catch (error) {
    if (!(error instanceof InfraError)) throw error;
    return { lines: [...lines], note: `no source lines: ${error.message}` };
  }
}

/** Functions by name; a name can stand for several (static functions of the same name). */
async function readSymbols(vmlinux: string): Promise<Map<string, Place[]>> {
  const { stdout } = await runProgram(['nm', '--numeric-sort', '--defined-only', vmlinux]);
  const functions = [...stdout.matchAll(/^([0-9a-f]+) [tTwW] (\S+)$/gm)].map((match) => ({
    address: BigInt(`0x${match[1] ?? '0'}`),
    name: match[2] ?? '',
  }));
  const symbols = new Map<string, Place[]>();
  for (const [index, { address, name }] of functions.entries()) {
    // As kallsyms computes it: up to the next symbol at another address.
    const next = functions.slice(index + 1, index + 16).find((other) => other.address > address);
    const size = next === undefined ? 0n : next.address - address;
    symbols.set(name, [...(symbols.get(name) ?? []), { address, size }]);
  }
  return symbols;
}

/** The address to look up. For a return address in a call trace that is the byte before it, which belongs to the call. */
function addressIn(line: string, symbols: Map<string, Place[]>): bigint | undefined {
  const match = reference.exec(line);
  const groups = match?.groups;
  if (match === null || groups === undefined) return undefined;
  if (/^ \[[\w-]+/.test(line.slice(match.index + match[0].length))) return undefined;
  const candidates = symbols.get(groups['name'] ?? '') ?? [];
  const offset = BigInt(`0x${groups['offset'] ?? '0'}`);
  const size = BigInt(`0x${groups['size'] ?? '0'}`);
  const fitting = candidates.length === 1 ? candidates : candidates.filter((place) => place.size === size);
  const [only, ...others] = fitting;
  if (only === undefined || others.length > 0) return undefined;
  const isRip = /RIP: |pc : /.test(line.slice(0, match.index));
  return only.address + (isRip || offset === 0n ? offset : offset - 1n);
}

async function readPlaces(vmlinux: string, addresses: readonly bigint[]): Promise<Map<bigint, string>> {
  const places = new Map<bigint, string>();
  if (addresses.length === 0) return places;
  const input = addresses.map((address) => `0x${address.toString(16)}\n`).join('');
  const { stdout } = await runProgram(['addr2line', '--exe', vmlinux, '--addresses', '--functions', '--inlines'], {
    input,
  });
  for (const part of stdout.split(/^(?=0x[0-9a-f]+$)/m)) {
    const [head = '', ...rest] = part.trimEnd().split('\n');
    if (!head.startsWith('0x')) continue;
    const where: string[] = [];
    for (let index = 0; index + 1 < rest.length; index += 2) {
      const place = (rest[index + 1] ?? '').replace(/ \(discriminator \d+\)$/, '');
      if (place.startsWith('?')) continue;
      const inlined = index + 2 < rest.length;
      where.push(inlined ? `${shortPath(place)} (${rest[index] ?? '?'} inlined)` : shortPath(place));
    }
    if (where.length > 0) places.set(BigInt(head), where.join(' at '));
  }
  return places;
}

/** `/build/linux-6.12/fs/dax.c:123` -> `fs/dax.c:123`: from the top directory of the kernel tree on. */
function shortPath(place: string): string {
  const path = place.replace(/(?:^|\/)[^/]+\/\.\.(?=\/)/g, '');
  const tree =
    /(?:^|\/)((?:arch|block|crypto|drivers|fs|include|init|io_uring|ipc|kernel|lib|mm|net|rust|samples|security|sound|virt)\/.*)$/.exec(
      path,
    );
  return tree?.[1] ?? path;
}
