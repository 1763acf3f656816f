// SPDX-License-Identifier: GPL-2.0-only
// Sizes as users write them: 512M, 1G, 128K, or bytes. Units are binary.

/** Each unit is 1024 times the one before. */
const units = ['', 'K', 'M', 'G', 'T'];

/** Bytes of a size such as `512M`; undefined when it is not a size. */
export function parseSize(text: string): number | undefined {
  const [, digits, unit] = /^(\d+)([KMGT]?)(?:i?B)?$/.exec(text.trim()) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  return Number(digits) * 1024 ** units.indexOf(unit);
}

/** A number of bytes for the user: `1.5 GiB`. */
export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const power = Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const value = bytes / 1024 ** power;
  return `${value.toFixed(value < 10 ? 1 : 0)} ${units[power] ?? ''}iB`;
}
