// SPDX-License-Identifier: GPL-2.0-only
// What the environment says about the network and the age of package indexes.

/** How long an index counts as fresh, in milliseconds: a day, or HAZMAT_APT_MAX_AGE hours. */
export function indexMaxAge(): number {
  const { HAZMAT_APT_MAX_AGE } = process.env;
  const hours = Number(HAZMAT_APT_MAX_AGE ?? '');
  return (HAZMAT_APT_MAX_AGE && hours >= 0 ? hours : 24) * 3_600_000;
}

/** True when HAZMAT_OFFLINE forbids the network: set, and not 0. */
export function isOffline(): boolean {
  const { HAZMAT_OFFLINE } = process.env;
  return Boolean(HAZMAT_OFFLINE) && HAZMAT_OFFLINE !== '0';
}
