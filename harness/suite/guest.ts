// SPDX-License-Identifier: GPL-2.0-only
// What every suite does in a guest: mount its tree, run programs in it, bring the results out. Pure.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { projectRoot } from '../host/places.ts';
import type { SuiteCommand } from './suite.ts';

/** The text of a script of this folder. */
export function scriptText(name: string): string {
  return readFileSync(path.join(projectRoot, 'harness/suite', name), 'utf8');
}

/** Mounts the tree that is on a device. */
export function enterTree(device: string): SuiteCommand {
  return { why: 'mount the tree of the suite', argv: ['sh', '-c', scriptText('enter.sh'), 'enter', device] };
}

/** A program in the tree, in its folder of the suite. */
export function inTree(why: string, argv: string[], env: Record<string, string> = {}): SuiteCommand {
  const search = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/root', LC_ALL: 'C' };
  return { why, argv: ['unshare', '--root=/suite', '--wd=/suite', ...argv], env: { ...search, ...env } };
}

/** Prints the files of the results. */
export function collectResults(): SuiteCommand {
  return { why: 'read the results', argv: ['sh', '-c', scriptText('collect.sh')] };
}

/** A name that a file of the results may have on the host. */
const fileName = /^(?!.*\.\.)\w[\w.+-]*(?:\/\w[\w.+-]*)*$/;

/** Reads what `collectResults` printed. A line that was cut off, or has a name that no file should have, is left out. */
export function readResults(text: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [name = '', content = ''] = line.split(' ');
    if (!fileName.test(name)) continue;
    try {
      files.set(name, gunzipSync(Buffer.from(content, 'base64')).toString());
    } catch {
      // The last one of more than the agent keeps.
    }
  }
  return files;
}
