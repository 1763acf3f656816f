// SPDX-License-Identifier: GPL-2.0-only
// How well a rate is known: the score interval of Wilson (1927), "Probable inference, the law of succession, and statistical
// inference", which is right for few repetitions and for rates near 0 and 1 too. Pure.

import { upperQuantile } from '../compare/normal-distribution.ts';

export interface Rate {
  failures: number;
  total: number;
  /** Bounds of the true rate, from 0 to 1. */
  low: number;
  high: number;
}

/** The rate of failures with its interval. @param confidence such as 0.95, between 0 and 1 */
export function failureRate(failures: number, total: number, confidence: number): Rate {
  if (total === 0) return { failures, total, low: 0, high: 1 };
  const z = upperQuantile((1 - confidence) / 2);
  const share = failures / total;
  const scale = 1 + z ** 2 / total;
  const middle = (share + z ** 2 / (2 * total)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / total + z ** 2 / (4 * total ** 2));
  // Without a failure the low bound is 0 exactly, not 1e-17.
  return {
    failures,
    total,
    low: failures === 0 ? 0 : Math.max(0, middle - half),
    high: failures === total ? 1 : Math.min(1, middle + half),
  };
}
