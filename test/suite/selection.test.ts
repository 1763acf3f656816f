// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { parseTestList, selectTests } from '../../harness/suite/selection.ts';

const all = [
  { name: 'generic/413', groups: ['auto', 'dax'] },
  { name: 'generic/414', groups: ['auto'] },
  { name: 'xfs/550', groups: ['auto', 'dax'] },
];

it('takes the tests of groups and those that are named, each once, in the order of the suite', () => {
  expect(selectTests('xfstests', all, { groups: ['dax'], tests: [] })).toEqual(['generic/413', 'xfs/550']);
  expect(selectTests('xfstests', all, { groups: ['dax'], tests: ['xfs/550', 'generic/414'] })).toEqual([
    'generic/413',
    'generic/414',
    'xfs/550',
  ]);
  expect(selectTests('xfstests', all, { groups: [], tests: [] })).toEqual([]);
});

it('knows what was meant by a group or a test that is not there', () => {
  expect(() => selectTests('xfstests', all, { groups: ['dex'], tests: [] })).toThrow(
    'this checkout of xfstests has no group `dex`, did you mean `dax`?',
  );
  expect(() => selectTests('xfstests', all, { groups: [], tests: ['xfs/551'] })).toThrow(
    'this checkout of xfstests has no test `xfs/551`, did you mean `xfs/550`?',
  );
});

it('reads a list of tests with comments', () => {
  expect(parseTestList('# slow\ngeneric/470   # 3 minutes\n\n  xfs/550\n#generic/413\n')).toEqual([
    'generic/470',
    'xfs/550',
  ]);
});
