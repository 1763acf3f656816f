// SPDX-License-Identifier: GPL-2.0-only
// What a kernel is to the rest of the house: something that can be booted.

export interface Kernel {
  /** As asked for: `debian:6.12`, `image:/boot/vmlinuz,/lib/modules/6.12.0`. */
  spec: string;
  /** Short name for tables: `6.12`, or the image's file name. */
  label: string;
  /** Upstream version: `6.12.107`, `7.3-rc7`. */
  version: string;
  /** As uname -r says: `6.12.107+deb13-amd64`. */
  release: string;
  /** Path of the bzImage. */
  image: string;
  /** Folder of this release's modules (it holds modules.dep, kernel/...), or undefined: everything is built in. */
  modules: string | undefined;
  /** A vmlinux with debug information, where there is one. */
  vmlinux: string | undefined;
  /** Content key of image and modules. */
  id: string;
  /** Bytes of RAM that it needs beyond what a machine has (debug-memory.ts). */
  moreMemory?: number;
  /** For a person: `linux-image-6.12.107+deb13-amd64 6.12.107-1 (trixie-security)`, or the path. */
  origin: string;
}
