// SPDX-License-Identifier: GPL-2.0-only
// Which lines of a series were executed, as plain lines for terminal and mail. Pure.

import type { Coverage } from '../compare/comparison.ts';
import { groupBy } from '../host/group-by.ts';
import { visible } from './text.ts';

/** So many lines of a kind are listed; --json has all. */
const mostListed = 20;

/** One sentence, then what was never executed, line by line, then which scenarios executed most. */
export function coverageLines({ lines, notes }: Coverage): string[] {
  const of = (state: Coverage['lines'][number]['state']): Coverage['lines'] =>
    lines.filter((line) => line.state === state);
  const [executed, perhaps, never, none] = [of('executed'), of('perhaps'), of('never'), of('no code')];
  const withCode = lines.length - none.length;
  if (withCode === 0) return ['None of the added lines has code of its own.', ...notes];
  const counts = [
    `${executed.length} executed`,
    ...(perhaps.length === 0
      ? []
      : [`${perhaps.length} perhaps executed (their code is merged with that of other lines)`]),
    `${never.length} never executed`,
  ];
  return [
    `${withCode} of ${lines.length} added lines have code: ${counts.join(', ')}.`,
    ...listed('never executed', never),
    ...listed('perhaps executed', perhaps),
    ...scenarioLines([...executed, ...perhaps]),
    ...notes,
  ];
}

function listed(what: string, lines: Coverage['lines']): string[] {
  const shown = lines
    .slice(0, mostListed)
    .map(({ file, line, text }) => `${what}: ${file}:${line}: ${visible(text.trim())}`);
  const more = lines.length - shown.length;
  return more === 0 ? shown : [...shown, `${what}: and ${more} more; --json lists them all`];
}

/** The scenarios that executed something, those with the most lines first. */
function scenarioLines(lines: Coverage['lines']): string[] {
  const pairs = lines.flatMap(({ scenarios }) => scenarios.map((scenario) => ({ scenario })));
  const counts = [...groupBy(pairs, ({ scenario }) => scenario)].map(([scenario, all]) => ({
    scenario,
    count: all.length,
  }));
  if (counts.length === 0) return [];
  const most = counts.sort((a, b) => b.count - a.count || (a.scenario < b.scenario ? -1 : 1));
  const shown = most.slice(0, 8).map(({ scenario, count }) => `${scenario} (${count})`);
  const more = most.length - shown.length;
  return [`executed by: ${shown.join(', ')}${more === 0 ? '' : ` and ${more} more scenarios`}`];
}
