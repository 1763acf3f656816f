// SPDX-License-Identifier: GPL-2.0-only
// The kernel that is taken when none is named.

/** The kernel line of Debian stable. Mutants are patches to its source. */
export const defaultKernel = '6.12';
