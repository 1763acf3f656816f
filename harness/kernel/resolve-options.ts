// SPDX-License-Identifier: GPL-2.0-only
// The options of every way to resolve a kernel.

import { Apt } from '../host/debian/apt.ts';

export interface ResolveOptions {
  /** Called with what is being done, and with warnings (`warning: ...`), one line each. */
  progress?: ((note: string) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** Config fragments and files to be put on top of the usual fragments of a built kernel. */
  config?: readonly string[] | undefined;
  /** Use the .config of the `tree:` that is built. */
  configFromTree?: boolean | undefined;
  /** Another apt root than the shared one. */
  apt?: Apt | undefined;
  /** Called before a package is fetched or a source is read in; throws when what comes afterwards cannot be done. */
  beforeFetch?: (() => void) | undefined;
}

/** The apt root that the options name, or the shared one. */
export function aptOf(options: ResolveOptions): Apt {
  if (options.apt !== undefined) return options.apt;
  return new Apt({
    warn: (text) => options.progress?.(`warning: ${text}`),
    signal: options.signal,
  });
}
