// SPDX-License-Identifier: GPL-2.0-only
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { appendHistory, historyFile, readHistory, rewriteHistory } from '../../harness/history/history-file.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { failed, nightName, nights } from './histories.ts';

const runs = (root: string): string[] => readHistory(root).entries.map(({ run }) => run);

test('what is appended can be read back; a place without a history has an empty one', async () => {
  const root = temporaryFolder();
  expect(readHistory(root)).toEqual({ entries: [], leftOut: 0 });
  const entries = nights({ 'remove/rebind': {} }, { 'remove/rebind': failed() });
  await appendHistory(root, entries);
  expect(readHistory(root)).toEqual({ entries, leftOut: 0 });
});

test('half a last line is left out, and what comes after it is whole', async () => {
  const root = temporaryFolder();
  const [first, second, third] = nights({ a: {} }, { a: {} }, { a: {} });
  if (first === undefined || second === undefined || third === undefined) throw new Error('no nights');
  await appendHistory(root, [first, second]);
  const file = historyFile(root);
  writeFileSync(file, readFileSync(file, 'utf8').slice(0, -40));
  expect(readHistory(root)).toMatchObject({ leftOut: 1 });
  expect(runs(root)).toEqual([first.run]);
  await appendHistory(root, [third]);
  expect(runs(root)).toEqual([first.run, third.run]);
});

test('two writers at a time lose nothing and mix nothing', async () => {
  const root = temporaryFolder();
  const entries = nights(...Array.from({ length: 20 }, () => ({ a: {}, b: failed() })));
  await Promise.all(entries.map((entry) => appendHistory(root, [entry])));
  expect(readHistory(root)).toEqual({ entries, leftOut: 0 });
});

test('lines of another version and nonsense are left out and counted', async () => {
  const root = temporaryFolder();
  await appendHistory(root, nights({ a: {} }));
  appendFileSync(historyFile(root), '{"version":99,"run":"x"}\nnonsense\n');
  expect(runs(root)).toEqual([nightName(1)]);
  expect(readHistory(root).leftOut).toBe(2);
});

test('of a run that is in it twice the last line counts', async () => {
  const root = temporaryFolder();
  const [entry] = nights({ a: {} });
  if (entry === undefined) throw new Error('no night');
  await appendHistory(root, [entry, { ...entry, interrupted: true }]);
  expect(readHistory(root).entries).toEqual([{ ...entry, interrupted: true }]);
});

test('the end of a long history can be read alone', async () => {
  const root = temporaryFolder();
  await appendHistory(root, nights({ a: {} }, { a: {} }, { a: {} }));
  const line = readFileSync(historyFile(root), 'utf8').split('\n')[0]?.length ?? 0;
  expect(readHistory(root, line * 2 + 10)).toMatchObject({ leftOut: 0 });
  expect(readHistory(root, line * 2 + 10).entries.map(({ run }) => run)).toEqual([nightName(2), nightName(3)]);
});

test('rewriting keeps what the change returns', async () => {
  const root = temporaryFolder();
  await appendHistory(root, nights({ a: {} }, { a: {} }));
  await rewriteHistory(root, (before) => before.slice(1));
  expect(runs(root)).toEqual([nightName(2)]);
});
