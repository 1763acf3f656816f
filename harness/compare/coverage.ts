// SPDX-License-Identifier: GPL-2.0-only
// Which lines of a series were executed, by which scenarios: the cells of the kernel with the series, folded. Pure.

import type { KernelFacts } from '../results/events.ts';
import type { Coverage } from './comparison.ts';
import type { ComparedCell } from './side.ts';

/** Undefined without a series, or where nothing was recorded, as in cells of an older run. */
export function coverageOf(
  changed: KernelFacts['changed'],
  cells: readonly Pick<ComparedCell, 'scenario' | 'coverage'>[],
): Coverage | undefined {
  const recorded = cells.filter(({ coverage }) => coverage !== undefined);
  if (changed === undefined || recorded.length === 0) return undefined;
  const lines = changed.lines.map(({ file, line, text, code }, index): Coverage['lines'][number] => {
    const by = scenariosWith(recorded, 'executed', index);
    const perhaps = scenariosWith(recorded, 'perhaps', index);
    const state = by.length > 0 ? 'executed' : perhaps.length > 0 ? 'perhaps' : code ? 'never' : 'no code';
    return { file, line, text, state, scenarios: by.length > 0 ? by : perhaps };
  });
  const withoutBoot = recorded.some(({ coverage }) => coverage?.withoutBoot === true);
  return { lines, notes: withoutBoot ? [...changed.notes, bootIsUnknown] : changed.notes };
}

const bootIsUnknown =
  'recorded by breakpoints: what was executed only while a guest booted, until its modules were loaded, is not known.';

function scenariosWith(
  cells: readonly Pick<ComparedCell, 'scenario' | 'coverage'>[],
  kind: 'executed' | 'perhaps',
  index: number,
): string[] {
  return [...new Set(cells.filter(({ coverage }) => coverage?.[kind].includes(index)).map(({ scenario }) => scenario))];
}
