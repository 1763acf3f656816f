// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { seedRuns } from '../../harness/scenario/seed-runs.ts';

describe('runs of pages that hold the same pattern', () => {
  it('breaks where the pattern changes', () => {
    expect(seedRuns([1, 1, 2, 2, 1], new Set())).toEqual([
      { page: 0, pages: 2, seed: 1 },
      { page: 2, pages: 2, seed: 2 },
      { page: 4, pages: 1, seed: 1 },
    ]);
  });

  it('breaks around exceptions and pages of unknown content', () => {
    expect(seedRuns([1, 1, 1, 0, 1], new Set([1]))).toEqual([
      { page: 0, pages: 1, seed: 1 },
      { page: 2, pages: 1, seed: 1 },
      { page: 4, pages: 1, seed: 1 },
    ]);
  });

  it('finds none where everything is unknown', () => expect(seedRuns([0, 0], new Set())).toEqual([]));
});
