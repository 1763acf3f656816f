// SPDX-License-Identifier: GPL-2.0-only
// Chooses the terminal reporter for a stream.

import type { Reporter } from '../results/events.ts';
import { terminalStyle, type Style } from './style.ts';
import { LiveTerminal } from './terminal-live.ts';
import { PlainTerminal } from './terminal-plain.ts';

type Environment = Record<string, string | undefined>;

/** Live on a terminal that can move its cursor, else a plain log. */
export function terminalReporter(stream: NodeJS.WriteStream, env: Environment = process.env): Reporter {
  const live = stream.isTTY && env.TERM !== 'dumb';
  const style = styleFor(live, env);
  return live ? new LiveTerminal(stream, style) : new PlainTerminal(stream, style, Number(env.COLUMNS) || 100);
}

/** Colors: on a terminal unless NO_COLOR, in a log only with FORCE_COLOR. Symbols: on a terminal with a UTF-8 locale. */
export function styleFor(live: boolean, env: Environment): Style {
  const forced = Boolean(env.FORCE_COLOR) && env.FORCE_COLOR !== '0';
  const colors = !env.NO_COLOR && (forced || live);
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  return terminalStyle({ colors, symbols: live && /utf-?8/i.test(locale) });
}
