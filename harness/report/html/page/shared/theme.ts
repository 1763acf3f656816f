// SPDX-License-Identifier: GPL-2.0-only
// Dark or light is the reader's setting; what is drawn on a canvas has to be drawn again when it changes.

/** Calls back when the theme changes; returns how to stop that. */
export function watchTheme(changed: () => void): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', changed);
  return () => dark.removeEventListener('change', changed);
}
