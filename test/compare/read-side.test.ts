// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readSide } from '../../harness/compare/read-side.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { designStory, recordOf } from '../results/story.ts';

const story = recordOf(designStory());

function run(verdict: string, dmesg: string): { read: () => ReturnType<typeof readSide>; folder: string } {
  const root = temporaryFolder();
  const folder = path.join(root, 'debian-7.2/remove/rebind');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'verdict.json'), verdict);
  writeFileSync(path.join(folder, 'dmesg.txt'), dmesg);
  return { read: () => readSide({ ...story, folder: root }, 'debian:7.2'), folder };
}

const step = {
  ms: 1,
  index: 0,
  step: 'unbind',
  label: 'pmem0',
  outcome: 'ended',
  seen: 'it did not end',
  durationMs: 10_000,
};

test('a kernel of a run is read with steps and logs; a cell whose files are gone has none', () => {
  const { read } = run(
    JSON.stringify({ version: 2, steps: [step] }),
    '[    1.000000] XFS (pmem0): Ending clean mount\n',
  );
  const { cells, ...side } = read();
  expect(side).toMatchObject({ kernel: 'debian:7.2', label: '7.2', version: '7.2.12', unfinished: [] });
  expect(cells).toHaveLength(4);
  expect(cells.find(({ scenario }) => scenario === 'remove/rebind')).toMatchObject({
    verdict: 'hang',
    steps: [step],
    log: ['XFS (pmem0): Ending clean mount'],
  });
  const other = cells.find(({ scenario }) => scenario === 'poison/load');
  expect([other?.steps, other?.log]).toEqual([[], undefined]);
});

test('a damaged verdict.json is named', () => {
  const { read, folder } = run(JSON.stringify({ version: 2, steps: [{ ...step, outcome: 'fine' }] }), '');
  expect(read).toThrow('this file is damaged: steps[0].outcome: Invalid option');
  expect(read).toThrow(expect.objectContaining({ at: path.join(folder, 'verdict.json'), exitCode: 2 }));
  rmSync(path.join(folder, 'verdict.json'));
  expect(read).not.toThrow();
});
