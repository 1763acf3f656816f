// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { PlainTerminal } from '../../harness/report/terminal-plain.ts';
import { styleFor, terminalReporter } from '../../harness/report/terminal.ts';

test.each([
  ['a log', false, {}, 'x'],
  ['a log with FORCE_COLOR', false, { FORCE_COLOR: '1' }, '\u001b[32mx\u001b[39m'],
  ['a log in CI', false, { CI: 'true', FORCE_COLOR: '0', LANG: 'C.UTF-8' }, 'x'],
  ['a terminal', true, { LANG: 'C.UTF-8' }, '✓ \u001b[32mx\u001b[39m'],
  ['a terminal with another locale', true, { LANG: 'C.UTF-8', LC_ALL: 'C' }, '\u001b[32mx\u001b[39m'],
  ['a terminal with NO_COLOR', true, { NO_COLOR: '1', LC_CTYPE: 'en_US.utf8' }, '✓ x'],
])('%s', (_name, live, env, painted) => {
  const style = styleFor(live, env);
  expect(style.mark('good') + style.paint('good', 'x')).toBe(painted);
});

test('only a terminal that can move its cursor is drawn on', () => {
  const stream = process.stdout;
  const reporter = terminalReporter(Object.assign(Object.create(stream) as typeof stream, { isTTY: true }), {
    TERM: 'dumb',
  });
  expect(reporter).toBeInstanceOf(PlainTerminal);
});
