// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { nightOf } from '../../harness/history/nights.ts';
import { morningMail } from '../../harness/report/morning-mail.ts';
import type { CellResult } from '../../harness/results/events.ts';
import { failed, nightName, nights } from '../history/histories.ts';

const known = { because: 'b', bug: 'KB4' };

function mail(...records: Record<string, Partial<CellResult>>[]): string {
  const night = nightOf(nights(...records), nightName(records.length));
  return night === undefined ? '' : morningMail(night);
}

const hang = failed('hang in unbind: mf_dax_kill_procs is running on CPU 1', {
  verdict: 'hang',
  expected: true,
  known,
});
const broken = failed('signals: nobody \u001b[2J was signaled, although three processes map the page that is gone');

test('known issues that are gone and failures that repeat come first; the rest is what changed', () => {
  const text = mail(
    { 'remove/every-group': hang, 'remove/rebind': {}, 'poison/ars': {}, 'poison/einj': broken },
    { 'remove/every-group': hang, 'remove/rebind': broken, 'poison/ars': {}, 'poison/einj': {} },
    {
      'remove/every-group': { knownButPassed: known },
      'remove/rebind': broken,
      'poison/ars': broken,
      'poison/einj': {},
    },
  );
  expect(text).toMatchInlineSnapshot(`
    "Subject: [hazmat] 2026-11-03: 1 known gone, 1 unexpected again, 1 unexpected

    Known issues that stopped happening:
      remove/every-group on 6.12 (KB4)
        hang before: hang in unbind: mf_dax_kill_procs is running on CPU 1
        last seen 2026-11-02: is it fixed?

    Unexpected failures that repeat:
      remove/rebind on 6.12
        fail: signals: nobody \\x1b[2J was signaled, although three processes
        map the page that is gone
        failing since 2026-11-02 (6.12.107), 2 runs; flaky

    New unexpected failures:
      poison/ars on 6.12
        fail: signals: nobody \\x1b[2J was signaled, although three processes
        map the page that is gone
        the night before: pass

    2 unexpected, 2 pass; since 2026-11-02T01-00-00-nightly.
    Run: 2026-11-03T01-00-00-nightly
    "
  `);
  expect(text.split('\n').every((line) => line.length <= 100)).toBe(true);
});

test('a night like the one before says so in three lines', () => {
  const same = { 'remove/every-group': hang, 'remove/rebind': {} };
  expect(mail(same, same)).toMatchInlineSnapshot(`
    "Subject: [hazmat] 2026-11-02: nothing changed

    Nothing changed.

    1 pass, 1 known; since 2026-11-01T01-00-00-nightly.
    Run: 2026-11-02T01-00-00-nightly
    "
  `);
});

test('the first night has only counts, and what is unexpected', () => {
  expect(mail({ a: {} })).toMatchInlineSnapshot(`
    "Subject: [hazmat] 2026-11-01: nothing to compare with

    1 pass; no earlier night is comparable.
    Run: 2026-11-01T01-00-00-nightly
    "
  `);
  expect(mail({ a: broken })).toContain('New unexpected failures:\n  a on 6.12\n');
});

test('of many only some are listed', () => {
  const many = Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`s/${index}`, broken]));
  expect(mail(many)).toContain('\n  and 10 more\n');
});
