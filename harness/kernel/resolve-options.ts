// SPDX-License-Identifier: GPL-2.0-only
// What every way of resolving a kernel takes.

import { Apt } from '../host/debian/apt.ts';

export interface ResolveOptions {
  /** Told what is being done, and warnings (`warning: …`), one line each. */
  progress?: (note: string) => void;
  signal?: AbortSignal;
  /** Layers and files that the configuration of a built kernel is made of besides the usual layers. */
  config?: readonly string[];
  /** Take the .config of the `tree:` that is built. */
  configFromTree?: boolean;
  /** Another apt root than the shared one. */
  apt?: Apt;
}

/** The apt root that the options name, or the shared one. */
export function aptOf(options: ResolveOptions): Apt {
  if (options.apt !== undefined) return options.apt;
  return new Apt({
    warn: (text) => options.progress?.(`warning: ${text}`),
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
}
