// SPDX-License-Identifier: GPL-2.0-only
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { clearOpenCells, openCells, readResumable, refuseOtherEnvironment } from '../../harness/run/resume.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { ended, planned, recordOf } from '../results/story.ts';

const cells = ['a', 'b', 'c', 'd'].map((scenario) => planned(scenario, '6.12'));
const [a, b, c] = cells;
if (a === undefined || b === undefined || c === undefined) throw new Error('no cells');
const firstTry = { why: 'x', durationMs: 1, folder: 'first-try' };
const record = recordOf({
  kernels: ['6.12'],
  cells,
  results: [ended(a), ended(b, { verdict: 'error' }), ended(c, { verdict: 'error', firstTry })],
  cutOff: true,
});

test('open are the cells without a verdict, and errors that were tried once', () => {
  expect(openCells(record).map(({ scenario }) => scenario)).toEqual(['d', 'b']);
});

test('what open cells left is removed, but for the files of a first try', () => {
  const root = temporaryFolder();
  for (const file of ['6.12/a/dmesg.txt', '6.12/b/error.txt', '6.12/d/dmesg.txt', '6.12/d/first-try/dmesg.txt']) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), '');
  }
  clearOpenCells(root, record);
  const left = ['a/dmesg.txt', 'b/error.txt', 'b/first-try/error.txt', 'd/dmesg.txt', 'd/first-try/dmesg.txt'].filter(
    (file) => existsSync(path.join(root, '6.12', file)),
  );
  expect(left).toEqual(['a/dmesg.txt', 'b/first-try/error.txt', 'd/first-try/dmesg.txt']);
});

test('another hazmat, QEMU or program of the guest refuses to go on; another host does not', () => {
  const { environment } = record;
  const now = { ...environment, host: 'another', node: 'v22', checkout: '/elsewhere' };
  expect(() => refuseOtherEnvironment(record, now)).not.toThrow();
  expect(() => refuseOtherEnvironment(record, { ...now, qemu: '10.0' })).toThrow(
    'story was begun with qemu 7.2.22; this is 10.0',
  );
  expect(() => refuseOtherEnvironment(record, { ...now, 'guest ndctl': '81' })).toThrow(
    'guest ndctl (none); this is 81',
  );
});

test('a run that was killed before its first event says so', async () => {
  const folder = path.join(temporaryFolder(), '2026-01-02T03-04-05-name');
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'events.jsonl'), '');
  await expect(readResumable(folder, path.dirname(folder))).rejects.toThrow(
    /name was killed before it began: there is nothing to resume/,
  );
});
