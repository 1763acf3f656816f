// SPDX-License-Identifier: GPL-2.0-only
// Which cells of many runs are of the same kernel, so that they make one history. Pure.

/** The line of a kernel's version: `6.12` for `6.12.107` and `6.12-rc3`; empty when the version is not known. */
export function lineOfVersion(version: string): string {
  return /^\d+\.\d+/.exec(version)?.[0] ?? '';
}

/**
 * All stock kernels of a line have one history, however they are written (`6.12`, `debian:6.12`, `6.12.107`). Any other
 * kernel (built, patched, with config fragments) has its own, by its name as asked for.
 */
export function trackOf(kernel: string, version: string): string {
  const stock = /^(?:debian:)?v?(\d+\.\d+)(?:\.\d+|-rc\d+)?$/.exec(kernel)?.[1];
  return stock === undefined ? kernel : lineOfVersion(version) || stock;
}
