// SPDX-License-Identifier: GPL-2.0-only
// npm start: the main job, from nothing to the table: three stock kernels, every scenario.

import { prepareHost, shell } from './host.ts';

/** Arguments go to `hazmat run` in place of the three kernels. Returns the exit code. */
export async function main(args: string[]): Promise<number> {
  if (!(await prepareHost(false))) return 3;
  const what = args.length > 0 ? args : ['--kernel', '6.1,6.12,7.2'];
  const { exitCode } = await shell`node bin/hazmat.mjs run ${what}`;
  return exitCode ?? 3;
}
