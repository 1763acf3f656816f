// SPDX-License-Identifier: GPL-2.0-only
// What the spelling check finds, and what it takes for a name.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { projectRoot } from '../../harness/host/places.ts';

/** The words that are found in each file of a folder. */
async function wordsFound(folder: string): Promise<Map<string, string[]>> {
  const config = path.join(projectRoot, 'cspell.config.mjs');
  const argv = ['lint', '--no-progress', '--no-summary', '--config', config, '--root', folder, '.'];
  const { stdout } = await execa('cspell', argv, { cwd: projectRoot, preferLocal: true, reject: false });
  const found = new Map<string, string[]>();
  for (const [, file = '', word = ''] of stdout.matchAll(/^(.*?):\d+:\d+ - .*? word \((.*?)\)/gm)) {
    found.set(file, [...(found.get(file) ?? []), word]);
  }
  return found;
}

// cspell:disable
const cases = [
  { what: 'a misspelled word', file: 'docs/new.md', text: 'the kernle is slow', words: ['kernle'] },
  {
    what: 'British spelling',
    file: 'docs/new.md',
    text: 'the behaviour was normalised and catalogued in a catalogue',
    words: ['behaviour', 'normalised', 'catalogue'],
  },
  { what: 'part of an identifier', file: 'harness/new.ts', text: 'const bootKernle = 1;', words: ['Kernle'] },
  {
    what: 'what a string says',
    file: 'harness/new.ts',
    text: 'throw new Error(`the kernle ${name}`);',
    words: ['kernle'],
  },
  {
    what: 'words that have a plain one',
    file: 'harness/new.ts',
    text: '// The lab is laid anew.',
    words: ['lab', 'laid', 'anew'],
  },
  { what: 'no terms of the field', file: 'docs/new.md', text: 'hwpoison of an NVDIMM under fsdax', words: [] },
  {
    what: 'no functions, options, files of the kernel',
    file: 'docs/new.md',
    text: 'mf_dax_kill_procs, kfreeze(), --no-foobarx, fs/xfs/xfs_foob.c:xfs_foob',
    words: [],
  },
  { what: 'no code in prose', file: 'docs/new.md', text: 'run `foobarx` now\n\n```\nfoobarx\n```\n', words: [] },
  { what: 'no code in comments', file: 'harness/new.ts', text: '/** Gives `foobarx` back. */', words: [] },
  {
    what: 'the message of a patch, not its change',
    file: 'kernels/mutants/new.patch',
    text: 'Subject: kernle\n\n---\n+foobarx\n',
    words: ['kernle'],
  },
] as const;
// cspell:enable

let found = new Map<string, string[]>();
const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-spelling-'));

/** The file of a case: each has a folder of its own. */
const fileOf = (index: number, file: string): string => path.join(String(index), file);

beforeAll(async () => {
  for (const [index, { file, text }] of cases.entries()) {
    const place = path.join(folder, fileOf(index, file));
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, text);
  }
  found = await wordsFound(folder);
}, 60_000);

afterAll(() => {
  rmSync(folder, { recursive: true });
});

test.each(cases.map((one, index) => ({ ...one, index })))('$what', ({ index, file, words }) => {
  expect(found.get(fileOf(index, file)) ?? []).toEqual(words);
});

test('the list of words is sorted, each word once', () => {
  const words = readFileSync(path.join(projectRoot, 'cspell-words.txt'), 'utf8').trimEnd().split('\n');
  expect(words).toEqual([...new Set(words)].sort());
});
