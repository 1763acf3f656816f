// SPDX-License-Identifier: GPL-2.0-only
// reproduce.sh in each cell's folder: runs exactly that cell again.

import path from 'node:path';
import { quoteArgv } from '../host/program.ts';
import type { PlannedCell } from './events.ts';

/**
 * The script's text. Results inside the checkout find it by a relative path, so that both can be moved together;
 * results elsewhere name it.
 */
export function reproduceScript(cell: PlannedCell, cellFolder: string, checkout: string): string {
  const up = path.relative(cellFolder, checkout);
  const inside = /^\.\.(\/\.\.)*$/.test(up);
  const where = inside ? `"$(dirname -- "$0")/${up}"` : quoteArgv([checkout]);
  const comment = `Runs this cell again: ${cell.scenario} on ${cell.kernel}. Options given here are added.`;
  return [
    '#!/bin/sh',
    '# SPDX-License-Identifier: GPL-2.0-only',
    `# ${comment.replaceAll(/\s+/g, ' ')}`,
    'set -eu',
    `cd -- ${where}`,
    `exec ${cell.reproduce} "$@"`,
    '',
  ].join('\n');
}
