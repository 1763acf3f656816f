// SPDX-License-Identifier: GPL-2.0-only
// The Debian suites that packages are taken from. Which kernel line lives in which is kernels/catalog.yaml's matter.

/** Suites the isolated apt root knows; those named `*-security` live in the security archive. */
export const debianSuites = [
  'bullseye',
  'bullseye-security',
  'bookworm',
  'bookworm-security',
  'trixie',
  'trixie-security',
  'trixie-backports',
  'experimental',
] as const;

export type DebianSuite = (typeof debianSuites)[number];

/** Tells whether a word names a suite of ours. */
export function isDebianSuite(word: string): word is DebianSuite {
  return (debianSuites as readonly string[]).includes(word);
}
