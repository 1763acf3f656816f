// SPDX-License-Identifier: GPL-2.0-only
// A table of Markdown, for the pages of docs/ that are generated. Pure.

/** One line a row. A bar in a cell is escaped, and a line break becomes a blank: neither may end the cell. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
