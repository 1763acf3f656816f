// SPDX-License-Identifier: GPL-2.0-only
// Compares a stock configuration with what `make olddefconfig` made of it on this machine. Pure.

import type { Config } from '../dot-config.ts';

/**
 * Options that may differ: versions of compiler, linker, pahole and Rust, and what only Rust provides (Debian builds with
 * it; it changes nothing in a module in C). DRM's QR code is written in Rust.
 */
const ofTools =
  /RUST|^(CC|GCC|CLANG|LD|LLD|AS|PAHOLE|BINDGEN|OPENSSL|TOOLCHAIN|TOOLS)_|^DRM_PANIC_SCREEN_QR|^LOCALVERSION$/;

/**
 * Options of the stock configuration that have another value now, except those that only describe the tools. A module that
 * is not built (`=m` and gone) changes no other module; anything else may change a struct that modules share.
 */
export function configDrift(stock: Config, now: Config): { option: string; was: string; is: string }[] {
  return [...stock]
    .filter(([option, was]) => was !== 'm' && now.get(option) !== was && !ofTools.test(option))
    .map(([option, was]) => ({ option, was, is: now.get(option) ?? 'n' }));
}
