// SPDX-License-Identifier: GPL-2.0-only
// The standard normal distribution, for tests and intervals. Pure.

/** The share of the normal distribution above z >= 0; Abramowitz and Stegun 26.2.17, exact to 7.5e-8. */
export function upperTail(z: number): number {
  const t = 1 / (1 + 0.2316419 * z);
  const poly = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * poly;
}

/** The z above which this share of the distribution lies; of a share from 0 to 0.5. */
export function upperQuantile(share: number): number {
  let [low, high] = [0, 10];
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (upperTail(middle) > share) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
