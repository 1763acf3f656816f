// SPDX-License-Identifier: GPL-2.0-only
// Instructions that the kernel patches while it runs: static keys, ftrace, static calls (Documentation/staging/static-keys.rst,
// Documentation/trace/ftrace-design.rst, include/linux/static_call_types.h). It compares what is there before it writes, so that a breakpoint there
// is taken for damage (arch/x86/kernel/jump_label.c:__jump_label_patch, arch/x86/kernel/ftrace.c:ftrace_verify_code, 6.12).

import { readFileSync } from 'node:fs';
import { runProgram } from '../../host/program.ts';
import { elfSections, type ElfSection } from './elf-sections.ts';

/** A place in an image. */
export interface CodePlace {
  section: string;
  /** Offset in the section. */
  at: number;
}

/** By `SECTION OFFSET` of such an instruction: where execution goes on after it, as far as that is in the same image. */
export type PatchSites = ReadonlyMap<string, readonly CodePlace[]>;

/** The tables of these instructions; in a vmlinux each is between two symbols. */
const tables = [
  { kind: 'jump', section: '__jump_table', begin: '__start___jump_table', end: '__stop___jump_table' },
  { kind: 'call', section: '.static_call_sites', begin: '__start_static_call_sites', end: '__stop_static_call_sites' },
  { kind: 'trace', section: '__mcount_loc', begin: '__start_mcount_loc', end: '__stop_mcount_loc' },
] as const;

type Table = (typeof tables)[number];

/** Bytes of an entry: struct jump_entry with relative fields, struct static_call_site, an address. */
const entryBytes = { jump: 16, call: 8, trace: 8 } as const;

/** @throws InfraError when readelf fails */
export async function patchSites(file: string, signal?: AbortSignal): Promise<PatchSites> {
  const argv = ['readelf', '--wide', '--section-headers', '--symbols', '--relocs', file];
  const { stdout } = await runProgram(argv, { signal });
  const image = new Image(readFileSync(file), elfSections(stdout));
  const sites = new Map<string, CodePlace[]>();
  for (const table of tables) {
    for (const { at, target } of [...relocated(stdout, table), ...linked(stdout, image, table)]) {
      sites.set(keyOf(at), afterwards(image, table.kind, at, target));
    }
  }
  return sites;
}

/**
 * Where breakpoints may stand that are met when the instruction at a place was executed: there, or, if the kernel may patch it, at those that
 * are executed after it. Empty: nowhere.
 */
export function breakpointsFor(sites: PatchSites, place: CodePlace): CodePlace[] {
  const found = new Map<string, CodePlace>();
  const seen = new Set<string>();
  const visit = (one: CodePlace): void => {
    const key = keyOf(one);
    if (seen.has(key)) return;
    seen.add(key);
    const next = sites.get(key);
    if (next === undefined) found.set(key, one);
    else next.forEach(visit);
  };
  visit(place);
  return [...found.values()];
}

const keyOf = ({ section, at }: CodePlace): string => `${section} ${at}`;

interface Entry {
  at: CodePlace;
  target: CodePlace | undefined;
}

/** The entries of a table of a module, whose fields are relocations against sections. */
function relocated(text: string, { kind, section }: Table): Entry[] {
  const from = text.indexOf(`Relocation section '.rela${section}'`);
  if (from === -1) return [];
  const fields = new Map<number, CodePlace>();
  for (const line of text.slice(from).split('\n').slice(2)) {
    if (line === '') break;
    const [, offset, name = '', addend] =
      /^([0-9a-f]+) +[0-9a-f]+ R_X86_64_(?:PC32|64) +[0-9a-f]+ (\.\S+) \+ ([0-9a-f]+)$/.exec(line) ?? [];
    if (offset !== undefined && addend !== undefined)
      fields.set(Number.parseInt(offset, 16), { section: name, at: Number.parseInt(addend, 16) });
  }
  return [...fields].flatMap(([offset, at]): Entry[] => {
    if (offset % entryBytes[kind] !== 0) return [];
    return [{ at, target: kind === 'jump' ? fields.get(offset + 4) : undefined }];
  });
}

/** The entries of a table of a linked kernel: distances from the field itself, or addresses. */
function linked(text: string, image: Image, { kind, begin, end }: Table): Entry[] {
  const [first, last] = [begin, end].map((name) => symbolAddress(text, name));
  if (first === undefined || last === undefined) return [];
  const entries: Entry[] = [];
  for (let at = first; at < last; at += BigInt(entryBytes[kind])) {
    const bytes = image.bytesAt(at, entryBytes[kind]);
    if (bytes === undefined) return entries;
    const place = image.placeOf(kind === 'trace' ? bytes.readBigUInt64LE() : at + BigInt(bytes.readInt32LE()));
    const target = kind === 'jump' ? image.placeOf(at + 4n + BigInt(bytes.readInt32LE(4))) : undefined;
    if (place !== undefined) entries.push({ at: place, target });
  }
  return entries;
}

function symbolAddress(text: string, name: string): bigint | undefined {
  const hex = new RegExp(`^ *\\d+: ([0-9a-f]{16}) .* ${name}$`, 'm').exec(text)?.[1];
  // In a module it is undefined, and 0.
  return hex === undefined || BigInt(`0x${hex}`) === 0n ? undefined : BigInt(`0x${hex}`);
}

/** Where execution goes on after an instruction of a table, by what the compiler and objtool have left there. */
function afterwards(image: Image, kind: Table['kind'], at: CodePlace, target: CodePlace | undefined): CodePlace[] {
  const length = patchedBytes(image.bytesIn(at, 2));
  // A jump to a static call does not come back.
  if (length === undefined || (kind === 'call' && length.jumps)) return [];
  const next = { section: at.section, at: at.at + length.bytes };
  return target === undefined ? [next] : [next, target];
}

/** The instructions that are patched, by their first two bytes. */
function patchedBytes(code: Buffer | undefined): { bytes: number; jumps: boolean } | undefined {
  const [first, second = 0] = code ?? [];
  if (first === 0xe8) return { bytes: 5, jumps: false };
  if (first === 0xe9) return { bytes: 5, jumps: true };
  if (first === 0xeb) return { bytes: 2, jumps: true };
  if (first === 0x66 && second === 0x90) return { bytes: 2, jumps: false };
  if (first === 0x0f && second === 0x1f) return { bytes: 5, jumps: false };
  // A conditional jump to a static call may come to the next instruction.
  return first === 0x0f && (second & 0xf0) === 0x80 ? { bytes: 6, jumps: false } : undefined;
}

/** The code of an ELF file. */
class Image {
  constructor(
    private readonly file: Buffer,
    private readonly sections: readonly ElfSection[],
  ) {}

  bytesIn({ section, at }: CodePlace, length: number): Buffer | undefined {
    const found = this.sections.find(({ name }) => name === section);
    if (found === undefined || at + length > found.size) return undefined;
    return this.file.subarray(found.offset + at, found.offset + at + length);
  }

  /** Of a linked file. */
  bytesAt(address: bigint, length: number): Buffer | undefined {
    const place = this.placeOf(address);
    return place === undefined ? undefined : this.bytesIn(place, length);
  }

  placeOf(address: bigint): CodePlace | undefined {
    const found = this.sections.find(
      (one) => one.address !== 0n && address >= one.address && address < one.address + BigInt(one.size),
    );
    return found === undefined ? undefined : { section: found.name, at: Number(address - found.address) };
  }
}
