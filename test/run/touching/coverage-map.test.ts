// SPDX-License-Identifier: GPL-2.0-only
// The map of what scenarios execute, on disk and back.

import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import {
  coverageMapFile,
  readCoverageMap,
  writeCoverageMap,
  type CoverageMap,
} from '../../../harness/run/touching/coverage-map.ts';
import { temporaryFolder } from '../../host/temporary.ts';

const names = Array.from({ length: 20 }, (_none, index) => `f${index}`);

const map: CoverageMap = {
  line: '6.12',
  kernel: { label: '6.12', release: '6.12.118+deb13-amd64', id: 'abc' },
  symbols: new Set(names),
  scenarios: new Map([
    [
      'remove/a',
      { content: 'k1', run: 'r', boot: new Set(['f0', 'f9']), setup: new Set(['f1']), steps: new Set(['f19']) },
    ],
    ['remove/b', { content: 'k2', run: 'r', boot: new Set(['f0', 'f9']), setup: new Set(), steps: new Set(['f8']) }],
  ]),
};

it('is read as it was written', () => {
  const root = temporaryFolder();
  expect(readCoverageMap(root, '6.12')).toBeUndefined();
  writeCoverageMap(root, map);
  expect(readCoverageMap(root, '6.12')).toEqual(map);
});

it('one that is damaged is no map', () => {
  const root = temporaryFolder();
  writeCoverageMap(root, map);
  writeFileSync(coverageMapFile(root, '6.12'), 'damaged');
  expect(readCoverageMap(root, '6.12')).toBeUndefined();
});
