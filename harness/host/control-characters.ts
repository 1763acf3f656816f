// SPDX-License-Identifier: GPL-2.0-only
// Text from a guest, made harmless: what would control a terminal, or is no character at all, is shown as `\x1b`.

const controls = /[\p{Cc}\u2028\u2029\p{Cs}]/gu;

/** Every control character but tab is shown. */
export function showControls(text: string): string {
  return text.replaceAll(controls, (char) =>
    char === '\t' ? char : `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
