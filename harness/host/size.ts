// SPDX-License-Identifier: GPL-2.0-only
// Sizes as people write them: 512M, 1G, 128K, or bytes.

const units = { '': 1, K: 2 ** 10, M: 2 ** 20, G: 2 ** 30, T: 2 ** 40 } as const;

/** Bytes of a size such as `512M` (binary units); undefined when it is not one. */
export function parseSize(text: string): number | undefined {
  const [, digits, unit] = /^(\d+)([KMGT]?)(?:i?B)?$/.exec(text.trim()) ?? [];
  if (digits === undefined || unit === undefined) return undefined;
  return Number(digits) * units[unit as keyof typeof units];
}

/** A number of bytes for a person: `1.5 GiB`. */
export function formatSize(bytes: number): string {
  for (const [unit, factor] of [
    ['TiB', units.T],
    ['GiB', units.G],
    ['MiB', units.M],
    ['KiB', units.K],
  ] as const) {
    if (bytes >= factor) return `${(bytes / factor).toFixed(bytes / factor < 10 ? 1 : 0)} ${unit}`;
  }
  return `${bytes} B`;
}
