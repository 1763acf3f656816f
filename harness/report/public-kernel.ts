// SPDX-License-Identifier: GPL-2.0-only
// A kernel as others know it, who have neither the paths nor the names of this machine. Pure.

import type { SideFacts } from '../compare/comparison.ts';

/** `Linux 7.2.12, Debian (7.2.12+deb13-amd64)`, `v7.2-3-g0123456789ab (commit 0123456789ab)`. */
export function publicKernel({
  version,
  release,
  origin = '',
  kernel,
}: Pick<SideFacts, 'version' | 'release' | 'origin' | 'kernel'>): string {
  const configured = /, configured as (.+)$/.exec(origin)?.[1];
  const config = configured === undefined ? '' : `; config: ${configured}`;
  const [, commit, described] = /^git ([0-9a-f]+) \((.+?)\)/.exec(origin) ?? [];
  if (commit !== undefined && described !== undefined) {
    const name = described.includes(commit.slice(0, 7)) ? `commit ${commit}` : `${described} (commit ${commit})`;
    return `${name}${config}`;
  }
  if (/^linux-source-/.test(origin)) return `Linux ${version}, source of Debian${config}`;
  if (/^linux-(image|binary)-/.test(origin)) return `Linux ${version}, Debian (${release ?? ''})`;
  const state = /^tree:/.test(kernel) ? /\(([^)]+)\)(?:,| with|$)/.exec(origin)?.[1] : undefined;
  if (state !== undefined) return `${state}${config}`;
  return version === '' ? kernel : `Linux ${version}${release === undefined ? '' : ` (${release})`}${config}`;
}

/** A kernel spec without the paths of this machine: `git:linux@v7.2`. A series on it is left out: its reader has it elsewhere. */
export function publicSpec(kernel: string): string {
  return kernel
    .replace(/\+.*$/, '')
    .replace(/^(git|tree|tarball):(?:.*\/)?([^/@]+)(@.*)?$/, '$1:$2$3')
    .replace(/^(git|tree):\.(@.*)?$/, '$1:linux$2');
}
