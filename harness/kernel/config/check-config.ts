// SPDX-License-Identifier: GPL-2.0-only
// Compares the wanted options with the .config that `make olddefconfig` made: none is dropped silently. Pure.

import type { WantedOption } from './config-fragments.ts';
import type { Config } from '../dot-config.ts';
import { explainOption } from './explain-option.ts';
import type { Kconfig } from './kconfig-model.ts';

export interface DroppedOption {
  /** Without CONFIG_. */
  option: string;
  wanted: string;
  got: string;
  /** `kernels/config/dax.config:3` */
  at: string;
  /** What dropped it, down to the root: `it depends on ZONE_DEVICE, which depends on MEMORY_HOTREMOVE, which is not set`. */
  because: string;
}

export interface ConfigCheck {
  /** Errors. */
  dropped: DroppedOption[];
  /** Dropped where the config fragment says that this may happen. */
  mayBeDropped: (DroppedOption & { reason: string })[];
  /** Options that this version does not have on x86. */
  absent: { option: string; wanted: string; at: string }[];
}

export interface CheckOptions {
  /** The options come from a .config that kconfig wrote: those that nobody can set are not compared. */
  generated?: boolean | undefined;
}

/**
 * Finds the wanted options that came out differently, and why.
 * @param config the .config after olddefconfig
 */
export function checkConfig(
  wanted: readonly WantedOption[],
  config: Config,
  kconfig: Kconfig,
  options: CheckOptions = {},
): ConfigCheck {
  const check: ConfigCheck = { dropped: [], mayBeDropped: [], absent: [] };
  for (const one of wanted) {
    const { option, value, at } = one;
    const definitions = kconfig.options.get(option);
    if (definitions === undefined) {
      // An option that does not exist is off, as wanted.
      if (value !== 'n') check.absent.push({ option, wanted: value, at });
      continue;
    }
    const got = config.get(option) ?? 'n';
    if (isAsWanted(value, got)) continue;
    if (options.generated === true && !definitions.some(({ prompt }) => prompt !== undefined)) continue;
    const because = explainOption(config, kconfig, { option, wanted: value, got });
    const dropped = { option, wanted: value, got, at, because };
    if (one.mayBeDropped === undefined) check.dropped.push(dropped);
    else check.mayBeDropped.push({ ...dropped, reason: one.mayBeDropped });
  }
  return check;
}

/** The same value, or m that another option turned into y. An empty string and no value are the same. */
function isAsWanted(wanted: string, got: string): boolean {
  if (wanted === got || (wanted === 'm' && got === 'y') || (wanted === '""' && got === 'n')) return true;
  return /^0x/i.test(wanted) && /^0x/i.test(got) && Number(wanted) === Number(got);
}

/** A dropped option, for a person. */
export function renderDropped({ option, wanted, got, at, because }: DroppedOption): string {
  const what = wanted === 'n' ? `# CONFIG_${option} is not set` : `CONFIG_${option}=${wanted}`;
  const how = got === 'n' ? 'was dropped' : `became ${got}`;
  return `${what} (${at}) ${how}: ${because}`;
}
