// SPDX-License-Identifier: GPL-2.0-only
// Cutting what a guest said.

import { describe, expect, it } from 'vitest';
import { cutText, oneLine } from '../../harness/run/excerpt.ts';

describe('an excerpt', () => {
  it('is the same text when that is short', () => {
    expect([oneLine('a line\nanother'), cutText('two\nlines')]).toEqual(['a line', 'two\nlines']);
  });

  it('ends with a mark where it was cut', () => {
    expect(oneLine('a'.repeat(1 << 20))).toBe(`${'a'.repeat(299)}…`);
    expect(cutText('a'.repeat(1 << 20))).toBe(`${'a'.repeat(3999)}…`);
  });

  it('never ends with half of a character', () => {
    expect(oneLine(`a${'😀'.repeat(1000)}`)).toBe(`a${'😀'.repeat(149)}…`);
    expect(oneLine('😀'.repeat(1000))).toBe(`${'😀'.repeat(149)}…`);
  });
});
