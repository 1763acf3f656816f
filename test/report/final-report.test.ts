// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { countLine, finalReport, headlineOf, shownFolder, tallyOf } from '../../harness/report/final-report.ts';
import { plainStyle, terminalStyle } from '../../harness/report/style.ts';
import { designStory, ended, oops, planned, recordOf } from '../results/story.ts';

const page = { style: plainStyle, width: 80, folder: 'results/r' };

test('the headline: what is unexpected first, and where the results are', () => {
  const record = recordOf(designStory());
  expect(headlineOf(record, page)).toBe('2 UNEXPECTED, 5 pass, 4 known, 1 skip in 2m 13s; results/r/');
  expect(headlineOf(record, { ...page, folder: '' })).toBe('2 UNEXPECTED, 5 pass, 4 known, 1 skip in 2m 13s');
  expect(finalReport(record, page).at(-1)).toBe(headlineOf(record, page));
});

test('everything that needs attention is in it, in the order in which it matters', () => {
  const flaky = [1, 2].map((repeat) => planned('f', 'debian:7.2', { repeat, repeats: 2 }));
  const cells = ['a', 'b', 'c'].map((scenario) => planned(scenario, 'debian:7.2'));
  const [a = planned('', ''), b = a] = cells;
  const results = [
    ...flaky.map((cell, index) => ended(cell, index === 0 ? {} : oops)),
    ended(a, { verdict: 'error', why: 'x' }),
    ended(b, { verdict: 'unbuilt', why: 'x' }),
  ];
  const record = recordOf({ kernels: ['debian:7.2'], cells: [...flaky, ...cells], results, interrupted: true });
  expect(headlineOf(record, page)).toMatch(
    /^INTERRUPTED: 1 UNEXPECTED, 1 FLAKY, 1 UNBUILT, 1 ERROR, 1 NOT RUN, 1 pass in /,
  );
});

test('zero is left out, except of pass; colors follow the verdicts', () => {
  const none = tallyOf({ cells: [], unfinished: [] });
  expect(countLine(none, plainStyle)).toBe('0 pass');
  const style = terminalStyle({ colors: true, symbols: false });
  expect(countLine({ ...none, unexpected: 1, pass: 2 }, style)).toBe(
    '\u001b[1m\u001b[31m1 UNEXPECTED\u001b[39m\u001b[22m, \u001b[32m2 pass\u001b[39m',
  );
});

test('a folder is relative below the working directory, else absolute', () => {
  expect(shownFolder('/src/hazmat/results/r', '/src/hazmat')).toBe('results/r');
  expect(shownFolder('/srv/r', '/src/hazmat')).toBe('/srv/r');
  expect(shownFolder('/srv/r', '/srv/r')).toBe('');
});
