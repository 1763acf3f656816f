// SPDX-License-Identifier: GPL-2.0-only
// Reads from an ELF file what the program needs to run (elf(5)). Only 64-bit little-endian files, as on amd64.

/** What a program needs from the dynamic loader. */
export interface ElfNeeds {
  /** The loader (PT_INTERP); undefined for libraries and static programs. */
  interpreter: string | undefined;
  /** DT_NEEDED, in order. */
  libraries: string[];
  /** DT_RUNPATH or DT_RPATH, split at colons, `$ORIGIN` not expanded. */
  runpath: string[];
}

const [ptLoad, ptDynamic, ptInterp] = [1, 2, 3];
const [dtNull, dtNeeded, dtStrtab, dtRpath, dtRunpath] = [0, 1, 5, 15, 29];

/** Reads an ELF file; undefined when it is not a 64-bit little-endian one. @throws RangeError when it is truncated. */
export function elfNeeds(file: Buffer): ElfNeeds | undefined {
  if (file.length < 64 || file.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') return undefined;
  const at = (offset: number): number => Number(file.readBigUInt64LE(offset));
  const headers = Array.from({ length: file.readUInt16LE(56) }, (_, index) => {
    const header = at(32) + index * file.readUInt16LE(54);
    return { type: file.readUInt32LE(header), offset: at(header + 8), address: at(header + 16), size: at(header + 32) };
  });
  const text = (start: number): string => {
    const end = file.indexOf(0, start);
    if (end === -1) throw new RangeError('a string runs past the end of the file');
    return file.toString('utf8', start, end);
  };
  const interp = headers.find(({ type }) => type === ptInterp);
  const dynamic = headers.find(({ type }) => type === ptDynamic);
  const entries: { tag: number; value: number }[] = [];
  for (let offset = dynamic?.offset ?? 0, end = offset + (dynamic?.size ?? 0); offset < end; offset += 16) {
    const tag = at(offset);
    if (tag === dtNull) break;
    entries.push({ tag, value: at(offset + 8) });
  }
  const strings = entries.find(({ tag }) => tag === dtStrtab)?.value ?? 0;
  // DT_STRTAB is an address in memory. The segment that contains it says where it is in the file.
  const segment = headers.find(
    ({ type, address, size }) => type === ptLoad && address <= strings && strings < address + size,
  );
  const base = strings - (segment?.address ?? 0) + (segment?.offset ?? 0);
  const named = (...tags: number[]): string[] =>
    entries.filter(({ tag }) => tags.includes(tag)).map(({ value }) => text(base + value));
  return {
    interpreter: interp === undefined ? undefined : text(interp.offset),
    libraries: named(dtNeeded),
    runpath: named(dtRpath, dtRunpath).flatMap((value) => value.split(':')),
  };
}
