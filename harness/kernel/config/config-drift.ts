// SPDX-License-Identifier: GPL-2.0-only
// What `make olddefconfig` made of a stock configuration on this machine. Pure.

import type { Config } from '../build/makefile.ts';

/**
 * What the compiler, the linker, pahole and Rust say of themselves may differ, and what only Rust brings (Debian builds
 * with it, a module in C does not care). DRM's QR code is written in Rust; certificates are another matter than struct sizes.
 */
const ofTools =
  /RUST|^(CC|GCC|CLANG|LD|LLD|AS|PAHOLE|BINDGEN|OPENSSL|TOOLCHAIN|TOOLS)_|^DRM_PANIC_SCREEN_QR|^LOCALVERSION$/;

/**
 * Options that were on in the stock configuration and are off or otherwise now, though that is not the tools' own matter.
 * A module that is not built (`=m` and gone) changes no other; anything else may change a struct that modules share.
 */
export function configDrift(stock: Config, now: Config): { option: string; was: string; is: string }[] {
  return [...stock]
    .filter(([option, was]) => was !== 'm' && now.get(option) !== was && !ofTools.test(option))
    .map(([option, was]) => ({ option, was, is: now.get(option) ?? 'n' }));
}
