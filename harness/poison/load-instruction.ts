// SPDX-License-Identifier: GPL-2.0-only
// The instructions with which the kernel loads single words (SDM volume 2: MOV, MOVZX, MOVSX, MOVSXD from memory), found by
// their end. Decoding backwards is ambiguous: several instructions may end at the same byte.

import type { RegisterName } from '../machine/gdb.ts';

/** Bytes of the longest of them: two prefixes, opcode of two, ModRM, SIB, displacement of four. */
export const longestLoad = 10;

export interface Load {
  /** Bytes of the instruction. */
  length: number;
  /** The register that it loads into. */
  into: RegisterName | undefined;
  /** The register with the address, without the displacement; undefined for other addressing. */
  base: RegisterName | undefined;
  displacement: bigint;
}

/** By their number in an instruction. */
const names = [
  'rax',
  'rcx',
  'rdx',
  'rbx',
  'rsp',
  'rbp',
  'rsi',
  'rdi',
  'r8',
  'r9',
  'r10',
  'r11',
  'r12',
  'r13',
  'r14',
  'r15',
] as const satisfies readonly RegisterName[];

/** The loads that end where these bytes end, longest first. Pure. */
export function loadsBefore(code: Uint8Array): Load[] {
  const found: Load[] = [];
  for (let length = Math.min(longestLoad, code.length); length >= 2; length--) {
    const load = decodeLoad(code.subarray(code.length - length));
    if (load !== undefined) found.push(load);
  }
  return found;
}

/** The load in exactly these bytes; undefined if they are no load. */
function decodeLoad(code: Uint8Array): Load | undefined {
  const bytes = Buffer.from(code);
  let at = 0;
  if (bytes[at] === 0x66) at++;
  const rex = ((bytes[at] ?? 0) & 0xf0) === 0x40 ? (bytes[at++] ?? 0) : 0;
  const opcode = bytes[at++];
  if (opcode === 0x0f) {
    if (![0xb6, 0xb7, 0xbe, 0xbf].includes(bytes[at++] ?? 0)) return undefined;
  } else if (opcode !== 0x8a && opcode !== 0x8b && !(opcode === 0x63 && (rex & 8) !== 0)) return undefined;
  const modrm = bytes[at++];
  if (modrm === undefined) return undefined;
  const [mod, reg, rm] = [modrm >> 6, (modrm >> 3) & 7, modrm & 7];
  if (mod === 3) return undefined;
  let base: RegisterName | undefined = names[rm | ((rex & 1) << 3)];
  let wide = mod === 2;
  if (rm === 4) {
    const sib = bytes[at++];
    if (sib === undefined) return undefined;
    // No index: the address is the base's. With one it is not checked.
    base = ((sib >> 3) & 7) === 4 && (rex & 2) === 0 ? names[(sib & 7) | ((rex & 1) << 3)] : undefined;
    if ((sib & 7) === 5 && mod === 0) [base, wide] = [undefined, true];
  } else if (rm === 5 && mod === 0) [base, wide] = [undefined, true];
  const size = wide ? 4 : mod === 1 ? 1 : 0;
  if (at + size !== bytes.length) return undefined;
  return {
    length: bytes.length,
    into: names[reg | ((rex & 4) << 1)],
    base,
    displacement: size === 0 ? 0n : BigInt(bytes.readIntLE(at, size)),
  };
}
