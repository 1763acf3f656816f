// SPDX-License-Identifier: GPL-2.0-only
// Files of the scenario's directory that are brought into the guest.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadScenario } from '../../harness/scenario/load.ts';
import { planCells, planGuest } from '../../harness/scenario/plan.ts';
import { temporaryFolder } from '../host/temporary.ts';

/** Loads a scenario with these files, from a folder that has a script. */
function load(files: string, folder = temporaryFolder()): ReturnType<typeof loadScenario> {
  mkdirSync(path.join(folder, 'tools'), { recursive: true });
  writeFileSync(path.join(folder, 'tools/look.sh'), 'echo seen\n');
  const file = path.join(folder, 'x.yaml');
  writeFileSync(
    file,
    `title: x
stack:
  - namespace: {name: pmem0}
  - xfs: {device: pmem0, mount: /mnt, mkfs: {reflink: true, rmapbt: true}}
files:
  ${files}
processes:
  mapper: {file: /mnt/look, pages: 2, touch: read}
steps:
  - run: /mnt/look
`,
  );
  return loadScenario(file);
}

it('are copied, wherever they should be, and can be executed', () => {
  const scenario = load('{/mnt/look: {source: tools/look.sh}, /run/look: {source: tools/look.sh}}');
  const sources = new Map([...scenario.sources.keys()].map((file) => [file, 'abcd']));
  const requests = planGuest(scenario, '6.12.0', sources).stages.flatMap((stage) => stage.requests);
  const copied = requests.filter(({ why }) => why.startsWith('copy'));
  expect(copied.map(({ args, why }) => [why, 'stdin' in args ? args.stdin : ''])).toEqual([
    ['copy tools/look.sh to /mnt/look', 'abcd'],
    ['copy tools/look.sh to /run/look', 'abcd'],
  ]);
  // What the loader does not know it does not check.
  expect(requests.some(({ op }) => op === 'map')).toBe(true);
});

it('make another cell when they change', () => {
  const folder = temporaryFolder();
  load('/mnt/look: {source: tools/look.sh}', folder);
  const contentOf = (): string | undefined =>
    planCells([loadScenario(path.join(folder, 'x.yaml'))], ['6.12'], 1)[0]?.content;
  const before = contentOf();
  expect(contentOf()).toBe(before);
  writeFileSync(path.join(folder, 'tools/look.sh'), 'echo other\n');
  expect(contentOf()).not.toBe(before);
});

describe('a mistake', () => {
  const refused = (files: string): string => {
    try {
      load(files);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return 'right';
  };

  it.each([
    ['{source: tools/loot.sh}', 'there is no file `tools/loot.sh` in the directory of the scenario'],
    ['{source: /etc/passwd}', 'a path below the directory of the scenario'],
    ['{source: tools/../../look.sh}', 'a path below the directory of the scenario'],
    ['{source: tools/look.sh, pages: 2}', 'needs one of `pages`, `clone` and `source`'],
    ['{source: tools/look.sh, holes: [1]}', 'a file with `source` has its content'],
  ])('is refused: %s', (file, message) => expect(refused(`/mnt/look: ${file}`)).toContain(message));
});
