// SPDX-License-Identifier: GPL-2.0-only
// Reads a line table as `objdump --dwarf=decodedline` prints it. Pure.

/** From this address on, up to that of the next row, the code is of this line. */
export interface LineRow {
  address: bigint;
  /** As the compiler was given it or found it; undefined: the code before `address` ends there. */
  file: string | undefined;
  line: number;
  /** A statement begins here (is_stmt); other rows are code that the compiler has moved or merged. */
  statement: boolean;
}

/** The rows in their order. */
export function readDecodedLine(text: string): LineRow[] {
  const rows: LineRow[] = [];
  let file: string | undefined;
  for (const line of text.split('\n')) {
    const heading = /^(?:CU: )?(\S.*?):(?:\[\+\+\])?$/.exec(line);
    if (heading !== null && !line.startsWith('Contents of')) {
      file = heading[1];
      continue;
    }
    const row = /^\S+ +(\d+|-) +(0x[0-9a-f]+|0)(?:\[\d+\])?(?: +\d+)?(?: +(x))?(?: +END)?\s*$/.exec(line);
    if (row?.[1] === undefined || row[2] === undefined) continue;
    const ends = row[1] === '-' || line.trimEnd().endsWith('END');
    rows.push({
      address: BigInt(row[2]),
      file: ends ? undefined : file,
      line: ends ? 0 : Number(row[1]),
      statement: row[3] === 'x',
    });
  }
  return rows;
}
