// SPDX-License-Identifier: GPL-2.0-only
// What values there are for arguments and options, by their name in the help. Nothing is fetched, and what cannot be read is left out: a
// shell that waits for a completion has no place for an error.

import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { resultsRoot } from '../../host/places.ts';
import { catalogLines, loadCatalog } from '../../kernel/catalog.ts';
import { poisonRoutes } from '../../poison/routes.ts';
import { scenarioNames } from '../../scenario/load.ts';
import { knownTags } from '../../scenario/tags.ts';
import type { Candidate } from './candidates.ts';

const sources: Record<string, () => readonly string[]> = {
  scenario: scenarioWords,
  what: () => [...runWords(), ...scenarioWords()],
  run: runWords,
  kernel: () => catalogLines(loadCatalog()),
  route: () => poisonRoutes.map(({ name }) => name),
};

/** The values of an argument or option of this name. Undefined when they are files, or words that only the user knows. */
export function knownValues(name: string): readonly Candidate[] | undefined {
  try {
    return sources[name]?.().map((value) => ({ name: value }));
  } catch {
    return undefined;
  }
}

function scenarioWords(): readonly string[] {
  const names = scenarioNames();
  const folders = new Set(names.map((name) => path.dirname(name)));
  return [...folders, ...knownTags().keys(), ...names];
}

function runWords(): readonly string[] {
  const root = resultsRoot();
  const runs = readdirSync(root).filter((name) => existsSync(path.join(root, name, 'run.json')));
  return runs.sort().reverse();
}
