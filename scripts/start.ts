// SPDX-License-Identifier: GPL-2.0-only
// npm start: the main job, from nothing to a verdict on a series: stock 7.2 and 7.2 with the fix that we ship.

import { prepareHost, show } from './host.ts';

const flagship = ['compare', '--base', '7.2', '--series', 'kernels/series/xfs-notify-failure-range', 'remove'];

/** Arguments are a hazmat command in place of the flagship. Returns the exit code. */
export async function main(args: string[]): Promise<number> {
  const started = performance.now();
  if (!(await prepareHost('build'))) return 3;
  const what = args.length > 0 ? args : flagship;
  console.log(`npx hazmat ${what.join(' ')}`);
  const exitCode = await show('node', ['bin/hazmat.mjs', ...what]);
  const seconds = Math.round((performance.now() - started) / 1000);
  console.log(`\nThat took ${Math.floor(seconds / 60)}m ${seconds % 60}s in all.`);
  return exitCode;
}
