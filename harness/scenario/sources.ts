// SPDX-License-Identifier: GPL-2.0-only
// Files of the scenario's directory that are brought into the guest: scripts, data, C programs.

import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../host/errors.ts';
import { contentKey } from '../host/key.ts';
import type { YamlFile } from '../host/yaml/yaml.ts';
import type { ScenarioSpec } from './schema.ts';

export interface SourceFile {
  /** Its path on the host. */
  path: string;
  /** Changes with its content. */
  id: string;
}

/** A request to the agent is bounded, and so are checkpoints. Bytes. */
const mostBytes = 16 << 20;

/** The sources of files, by their path in the guest. @throws UsageError for one that is not there, or too long */
export function findSources(
  yaml: YamlFile,
  files: ScenarioSpec['files'],
  folder: string,
): ReadonlyMap<string, SourceFile> {
  const found = new Map<string, SourceFile>();
  for (const [file, { source }] of Object.entries(files)) {
    if (source === undefined) continue;
    const at = yaml.at(['files', file, 'source']);
    const where = path.join(folder, source);
    const stat = statSync(where, { throwIfNoEntry: false });
    if (stat?.isFile() !== true)
      throw new UsageError(`there is no file \`${source}\` in the directory of the scenario`, { at, hint: where });
    if (stat.size > mostBytes)
      throw new UsageError(`\`${source}\` has ${stat.size} bytes; at most ${mostBytes} can be brought into a guest`, {
        at,
      });
    found.set(file, { path: where, id: contentKey(readFileSync(where, 'base64')) });
  }
  return found;
}
