// SPDX-License-Identifier: GPL-2.0-only
// What a kernel is to the rest of the program: something that can be booted.

import type { SeriesLines } from './lines/series-lines.ts';

export interface Kernel {
  /** As the user wrote it: `debian:6.12`, `image:/boot/vmlinuz,/lib/modules/6.12.0`. */
  spec: string;
  /** Short name for tables: `6.12`, or the image's file name. */
  label: string;
  /** Upstream version: `6.12.107`, `7.3-rc7`. */
  version: string;
  /** As uname -r prints it: `6.12.107+deb13-amd64`. */
  release: string;
  /** Path of the bzImage. */
  image: string;
  /** Folder of this release's modules (modules.dep, kernel/...); undefined: everything is built in. */
  modules: string | undefined;
  /** A vmlinux with debug information, if there is one. */
  vmlinux: string | undefined;
  /** Content key of image and modules. */
  id: string;
  /** The kernel of which it has the image and all modules but some. */
  stock?: Kernel | undefined;
  /** Bytes of RAM that it needs in addition to what a machine has (config/debug-memory.ts). */
  moreMemory?: number | undefined;
  /** Words for its command line in addition to hazmat's; undefined: those of the run. */
  append?: string | undefined;
  /** The QEMU that runs it, as --qemu takes it; undefined: that of the run. */
  qemu?: string | undefined;
  /** What a series adds to it, and where its code is; undefined without a series. */
  lines?: SeriesLines | undefined;
  /** Subjects of the patches that were put on its source, in order. */
  patches?: string[] | undefined;
  /** Whether its source has a text in a file; of a stock kernel with a series: whether the series adds it. */
  sourceHas?: ((file: string, text: string) => Promise<boolean>) | undefined;
  /** For a person: `linux-image-6.12.107+deb13-amd64 6.12.107-1 (trixie-security)`, or the path. */
  origin: string;
}
