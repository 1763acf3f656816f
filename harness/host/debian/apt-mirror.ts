// SPDX-License-Identifier: GPL-2.0-only
// Where packages come from: the mirror that this machine's own apt uses, unless the environment names another.

import { InfraError } from '../errors.ts';
import { runProgram } from '../program.ts';

export interface Mirror {
  /** Base URI of the main archive: what stands before `/dists/trixie`. */
  main: string;
  /** Base URI of the security archive. */
  security: string;
}

/** The archives in what `apt-get update --print-uris` prints: `'URI/dists/SUITE/InRelease' FILE SIZE`. */
export function printedSites(text: string): string[] {
  return [...text.matchAll(/^'([^']+?)\/dists\/[^']*InRelease'/gm)].map(([, site = '']) => site);
}

/**
 * Picks Debian's archives out of several. Mirror lists of cloud images
 * (`mirror+file:/etc/apt/mirrors/debian.list`) count as well. Undefined when no site looks like Debian's main archive.
 */
export function pickMirror(sites: readonly string[]): Mirror | undefined {
  const trimmed = sites.map((site) => site.trim().replace(/\/+$/, ''));
  const security = trimmed.find((site) => /\/debian-security(\.list)?$/.test(site));
  const main =
    trimmed.find((site) => /\/debian(\.list)?$/.test(site)) ??
    security?.replace(/\/debian-security(\.list)?$/, '/debian$1');
  if (main === undefined) return undefined;
  return { main, security: security ?? main.replace(/\/debian(\.list)?$/, '/debian-security$1') };
}

/**
 * The mirror to use. HAZMAT_MIRROR and HAZMAT_MIRROR_SECURITY override what the machine's apt says.
 * @throws InfraError when neither names one.
 */
export async function findMirror(): Promise<Mirror> {
  const { HAZMAT_MIRROR, HAZMAT_MIRROR_SECURITY } = process.env;
  const main = HAZMAT_MIRROR?.replace(/\/+$/, '');
  const security = HAZMAT_MIRROR_SECURITY?.replace(/\/+$/, '');
  if (main && security) return { main, security };
  if (main) return { main, security: pickMirror([main])?.security ?? `${main}-security` };
  // `apt-get indextargets` lists what was fetched, which is nothing in a new container.
  const { stdout } = await runProgram(['apt-get', 'update', '--print-uris']);
  const found = pickMirror(printedSites(stdout));
  if (found === undefined) {
    throw new InfraError("this machine's apt configuration names no Debian mirror", {
      hint: 'Set HAZMAT_MIRROR to the base address of a mirror: what comes before /dists/trixie.',
    });
  }
  return security ? { main: found.main, security } : found;
}

/** The archives as they were at a time (`20261130T091000Z`), in the archive that HAZMAT_SNAPSHOT names; undefined when it names none. */
export function snapshotMirror(time: string): Mirror | undefined {
  const base = process.env.HAZMAT_SNAPSHOT?.replace(/\/+$/, '');
  return base ? { main: `${base}/debian/${time}`, security: `${base}/debian-security/${time}` } : undefined;
}
