// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { compareSides } from '../../harness/compare/compare.ts';
import { allNotes, logParts, notComparable, scenarioFields } from '../../harness/report/comparison-details.ts';
import { comparisonJson } from '../../harness/report/comparison-json.ts';
import { comparisonMail } from '../../harness/report/comparison-mail.ts';
import { comparisonText } from '../../harness/report/comparison-text.ts';
import { plainStyle } from '../../harness/report/style.ts';
import { pass, side, skip, steps, type Told } from '../compare/compared.ts';
import { comparison } from './compared-story.ts';

test('the fields of a regression: what is new, the first difference, the evidence', () => {
  const [regressed] = comparison.scenarios;
  if (regressed === undefined) throw new Error('no scenario');
  expect(scenarioFields(regressed, 'patched')).toEqual([
    ['new', 'crash in unmount: BUG: unable to handle page fault in dax_disassociate_entry'],
    ['first diff', 'step 2, unmount /mnt'],
    ['', 'base: ok: /mnt unmounted'],
    ['', 'patched: did not finish: the kernel crashed'],
    ['evidence', '/results/run-7.2/debian-7.2/remove/rebind'],
  ]);
});

test('each reason why scenarios are not comparable is there once', () => {
  const [base, tested] = [side('debian:6.12', { a: [pass], b: [pass] }), side('debian:7.2', { a: [skip], b: [skip] })];
  expect(notComparable(compareSides(base, tested))).toEqual(['skipped on tested: needs 6.0: a, b']);
});

test('notes on scenarios that changed are in their paragraphs, those on the others in the list', () => {
  const base = side('debian:6.12', { a: [pass, skip], b: [pass] });
  const two = compareSides(base, side('debian:7.2', { a: [pass], b: [pass] }));
  expect(allNotes(two)).toEqual(['a: skipped on base in 1 of 2 repetitions: needs 6.0']);
});

test('at most twelve lines of the kernel log for each side', () => {
  const log = (count: number) =>
    Array.from({ length: count }, (_, index) => `XFS: line ${String.fromCharCode(97 + index)}`);
  const with_ = (kernel: string, lines: string[]) => side(kernel, { a: [{ steps: steps(['x y', 'ok']), log: lines }] });
  const parts = logParts(compareSides(with_('debian:6.12', []), with_('debian:7.2', log(15))));
  expect(parts.map(({ title, lines, more }) => [title, lines.length, more])).toEqual([['only in 7.2', 12, 3]]);
});

test('a line that most scenarios have, such as that of a driver, is only counted; an alarm is shown however common', () => {
  const scenarios = (log: (index: number) => string[]): Record<string, Told[]> =>
    Object.fromEntries(Array.from({ length: 10 }, (_one, index) => [`poison/s${index}`, [{ log: log(index) }]]));
  const two = compareSides(
    side(
      'debian:6.12',
      scenarios(() => []),
    ),
    side(
      'debian:7.2',
      scenarios((index) => ['loop: module loaded', 'BUG: bad', ...(index === 3 ? ['XFS: rare'] : [])]),
    ),
  );
  const text = comparisonText([two], { style: plainStyle, width: 90, from: '/results' });
  expect(/Kernel log: only in 7\.2\n([^]*?)\n\n/.exec(text)?.[1]).toMatchInlineSnapshot(`
    "  BUG: bad
          poison/s0 and 9 more
      XFS: rare
          poison/s3
      and 1 that most scenarios have; --json lists them all"
  `);
  expect(comparisonMail([two])).not.toContain('loop: module loaded');
  expect(comparisonJson([two])).toContain('loop: module loaded');
});
