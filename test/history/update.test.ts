// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { appendHistory, historyFile, readHistory } from '../../harness/history/history-file.ts';
import { addToHistory, rebuildHistory, updateHistory } from '../../harness/history/update.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { failed, night, nightName, nights, writeNight } from './histories.ts';

const names = (entries: readonly { run: string }[]): string[] => entries.map(({ run }) => run);

test('runs that the history lacks are added, once', async () => {
  const root = temporaryFolder();
  for (const number of [1, 2]) writeNight(root, number, night(number, { a: {} }));
  await addToHistory(root, [nightName(1)]);
  expect(names(readHistory(root).entries)).toEqual([nightName(1)]);
  for (let times = 0; times < 2; times++) expect(names((await updateHistory(root)).entries)).toHaveLength(2);
  expect(readHistory(root).leftOut).toBe(0);
});

test('a run that cannot be read, or is not there, breaks nothing and is named', async () => {
  const root = temporaryFolder();
  writeNight(root, 1, night(1, { a: {} }));
  mkdirSync(path.join(root, nightName(2)));
  writeFileSync(path.join(root, nightName(2), 'run.json'), '{"version": 1}');
  mkdirSync(path.join(root, nightName(3)));
  const updated = await updateHistory(root);
  expect(names(updated.entries)).toEqual([nightName(1)]);
  expect(updated.unreadable).toEqual([
    { run: nightName(2), why: 'this file has version 1; this hazmat reads version 2' },
  ]);
  expect((await updateHistory(path.join(root, 'none'))).entries).toEqual([]);
});

test('rebuilt from the runs, it is as it was, and keeps runs whose folders are gone', async () => {
  const root = temporaryFolder();
  for (const number of [1, 2, 3]) writeNight(root, number, night(number, { a: {}, b: failed() }));
  const before = (await updateHistory(root)).entries;
  expect(before).toEqual(nights(...Array.from({ length: 3 }, () => ({ a: {}, b: failed() }))));
  rmSync(path.join(root, nightName(1)), { recursive: true });
  writeFileSync(historyFile(root), '{"cut', { flag: 'a' });
  expect(await rebuildHistory(root)).toMatchObject({ entries: before, leftOut: 0 });
  rmSync(historyFile(root));
  expect((await rebuildHistory(root)).entries).toEqual(before.slice(1));
});

test('an entry of the history is replaced by what the run says now', async () => {
  const root = temporaryFolder();
  writeNight(root, 1, night(1, { a: failed() }));
  await appendHistory(root, nights({ a: {} }));
  expect((await rebuildHistory(root)).entries[0]?.cells[0]?.verdict).toBe('fail');
});
