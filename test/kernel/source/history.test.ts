// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { History } from '../../../harness/kernel/source/history.ts';
import { temporaryFolder } from '../../host/temporary.ts';
import { userGit, writeTree } from '../source.ts';

test('suspects are what the bad end has and no good one, the middle first, the bad end last', async () => {
  const folder = temporaryFolder();
  userGit(folder, 'init', '-q');
  const commits: string[] = [];
  for (let number = 0; number < 6; number++) {
    writeTree(folder, { file: String(number) });
    userGit(folder, 'add', '-A');
    userGit(folder, 'commit', '-qm', `change ${number}`);
    commits.push(userGit(folder, 'rev-parse', 'HEAD'));
  }
  const history = new History(folder);
  const [first = '', second = '', , middle = '', , last = ''] = commits;
  expect(await history.commit('HEAD')).toEqual({ sha: last, subject: 'change 5' });
  const suspects = await history.suspects(last, [first]);
  expect(suspects.toSorted()).toEqual(commits.slice(1).toSorted());
  expect([commits[2], commits[3]]).toContain(suspects[0]);
  expect(suspects.at(-1)).toBe(last);
  expect(await history.suspects(middle, [second, first])).toHaveLength(2);
  expect([await history.isAncestor(first, last), await history.isAncestor(last, first)]).toEqual([true, false]);
  await expect(history.commit('v9')).rejects.toThrow(`git does not know v9 in ${folder}`);
});
