// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { trailsOf } from '../../harness/history/trails.ts';
import { historyText } from '../../harness/report/history-text.ts';
import { failed, nights } from '../history/histories.ts';

const stable = Array.from({ length: 17 }, (_, index) => ({
  'remove/rebind': {},
  'remove/shared-mappers': index < 14 ? { inputs: 'old' } : failed('signals: nobody \u001b[31m was signaled'),
  'poison/load': index === 3 ? failed('a', { expected: true, known: { because: 'b', bug: 'KB4' } }) : {},
}));
const trails = trailsOf(nights(...stable));

test('what fails and what is flaky, each with its last failure; the rest is counted', () => {
  expect(historyText(trails, { width: 130, all: false })).toMatchInlineSnapshot(`
    "STATE    KERNEL  SCENARIO               FAILURES (95 %)       SINCE
    flaky    6.12    poison/load            1 of 17, 1 to 27 %    passed 13 times since it failed
        known: fail: a (KB4)
        first seen 2026-11-04 on 6.12.107, last seen 2026-11-04 on 6.12.107, once; hazmat 0.1.0, QEMU 7.2.22; 2026-11-04T01-00-00-nig…
    failing  6.12    remove/shared-mappers  3 of 17, 6.2 to 41 %  failing since 2026-11-15, 6.12.107
        fail: signals: nobody \\x1b[31m was signaled
        first seen 2026-11-15 on 6.12.107, last seen 2026-11-17 on 6.12.107, 3 times; hazmat 0.1.0, QEMU 7.2.22; 2026-11-17T01-00-00-…

    1 failing, 1 flaky, 0 passing, 1 stable; first run 2026-11-01, last run 2026-11-17
    "
  `);
});

test('with all, every scenario', () => {
  const text = historyText(trails, { width: 200, all: true });
  expect(text).toContain(
    'stable   6.12    remove/rebind          0 of 17, 0 to 18 %    17 passes in a row since 2026-11-01',
  );
  expect(historyText([], { width: 80, all: true })).toBe('No run in the history has a verdict about this.\n');
});
