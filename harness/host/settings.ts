// SPDX-License-Identifier: GPL-2.0-only
// All HAZMAT_* settings, checked in one place before anything is done. README.md has the table for users.

import { z } from 'zod';
import { UsageError } from './errors.ts';
import { parseSize } from './size.ts';

const size = z.string().refine((text) => parseSize(text) !== undefined, 'must be a size such as 512M or 4G');
const whole = z.string().regex(/^\d+$/, 'must be a whole number');
const folder = z.string().startsWith('/', 'must be an absolute path');
const site = z.string().regex(/^(https?|file|mirror\+file):/, 'must be an address such as http://HOST/debian');

const settingsSchema = z.object({
  HAZMAT_CACHE: folder,
  HAZMAT_RESULTS: folder,
  HAZMAT_CHECKPOINTS_MAX: size,
  HAZMAT_KERNELS_MAX: size,
  HAZMAT_BUILD_TREES_MAX: whole,
  HAZMAT_ACCEL: z.enum(['kvm', 'tcg'], 'must be kvm or tcg'),
  HAZMAT_RECORDER: z.enum(['log', 'breakpoints'], 'must be log or breakpoints'),
  HAZMAT_QEMU: z.string(),
  HAZMAT_MIRROR: site,
  HAZMAT_MIRROR_SECURITY: site,
  HAZMAT_SNAPSHOT: site,
  HAZMAT_APT_MAX_AGE: z.string().regex(/^\d+(\.\d+)?$/, 'must be a number of hours'),
  HAZMAT_OFFLINE: z.string(),
  HAZMAT_XFSTESTS: folder,
  HAZMAT_NDCTL: folder,
});

/** Names that settings had before. */
const renamed: Record<string, string> = { HAZMAT_BENCHES_MAX: 'HAZMAT_BUILD_TREES_MAX' };

/** Checks the settings. An empty one counts as not set. @throws UsageError with each that is wrong */
export function checkSettings(env: NodeJS.ProcessEnv = process.env): void {
  const set = Object.fromEntries(Object.entries(env).filter(([name, value]) => name.startsWith('HAZMAT_') && value));
  const wrong = (settingsSchema.partial().safeParse(set).error?.issues ?? []).map(({ path, message }) => {
    const name = path.map(String).join('.');
    return `${name} is \`${set[name] ?? ''}\`: it ${message}`;
  });
  for (const name of Object.keys(set)) {
    const today = renamed[name];
    if (today !== undefined) wrong.push(`${name} is now called ${today}: set that instead`);
    else if (!(name in settingsSchema.shape)) wrong.push(`${name} is not a setting`);
  }
  const [first, ...others] = wrong;
  if (first === undefined) return;
  throw new UsageError(first, { hint: [...others, 'README.md lists the settings.'].join('\n') });
}
