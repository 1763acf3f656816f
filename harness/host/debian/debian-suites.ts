// SPDX-License-Identifier: GPL-2.0-only
// The Debian suites that packages are taken from. kernels/catalog.yaml says which kernel lines each of them has.

/** Those named `*-security` are in the security archive. */
export const debianSuites = [
  'bullseye',
  'bullseye-security',
  'bookworm',
  'bookworm-security',
  'bookworm-backports',
  'trixie',
  'trixie-security',
  'trixie-backports',
  'experimental',
] as const;
