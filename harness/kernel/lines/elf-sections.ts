// SPDX-License-Identifier: GPL-2.0-only
// The sections of an ELF file that have content, as `readelf --wide --section-headers` prints them. Pure.

export interface ElfSection {
  /** As the table of sections numbers it. */
  number: string;
  name: string;
  /** 0 in a relocatable file. */
  address: bigint;
  /** Where its bytes begin in the file. */
  offset: number;
  /** Bytes. */
  size: number;
}

export function elfSections(text: string): ElfSection[] {
  return text.split('\n').flatMap((line): ElfSection[] => {
    const found = /^ *\[ *(\d+)\] (\S+) +PROGBITS +([0-9a-f]+) ([0-9a-f]+) ([0-9a-f]+) /.exec(line);
    if (found === null) return [];
    const [, number = '', name = '', address = '', offset = '', size = ''] = found;
    const hex = (digits: string): number => Number.parseInt(digits, 16);
    return [{ number, name, address: BigInt(`0x${address}`), offset: hex(offset), size: hex(size) }];
  });
}
