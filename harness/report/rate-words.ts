// SPDX-License-Identifier: GPL-2.0-only
// A failure rate in words, for text and pages alike. Pure.

import type { Rate } from '../history/wilson.ts';

/** `3 of 20, 5 to 36 %`: how often it failed, and where the true rate may be. */
export function rateWords(rate: Rate): string {
  return `${rate.failures} of ${rate.total}, ${intervalWords(rate)}`;
}

/** `5 to 36 %` */
export function intervalWords({ low, high }: Pick<Rate, 'low' | 'high'>): string {
  const percent = (share: number): string => {
    const text = (100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0);
    return text.replace(/\.0$/, '');
  };
  return `${percent(low)} to ${percent(high)} %`;
}
