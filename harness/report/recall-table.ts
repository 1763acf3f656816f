// SPDX-License-Identifier: GPL-2.0-only
// Recall over the fixes of history, as Markdown tables that also read well in a terminal. Pure.

import type { MutantOutcome } from '../compare/kills.ts';

/** What is shown of a fix. */
export interface ShownFix {
  name: string;
  area: string;
  fix: string;
  fixedIn: string | undefined;
  killedBy: readonly { scenario: string; step: string }[];
  newScenarios: readonly string[];
  notNoticed: string | undefined;
}

/** A fix, and what was made of a kernel without it. */
interface Row {
  fix: ShownFix;
  outcome: MutantOutcome | undefined;
}

/** One row a fix: what came of the kernel without it, and where it was noticed. */
export function recallTable(rows: readonly Row[]): string {
  return table(
    ['area', 'fix', 'fixed in', 'noticed', 'by scenario (step)'],
    rows.toSorted(byArea).map(({ fix, outcome }) => {
      const right = outcome?.kills.filter((kill) => kill.right) ?? [];
      const places = outcome === undefined ? fix.killedBy : right.length > 0 ? right : outcome.kills;
      const first = places.slice(0, 3).map(({ scenario, step }) => `${scenario} (${step})`);
      const more = places.length > first.length ? [`and ${places.length - first.length} more`] : [];
      const why = outcome !== undefined && outcome.outcome !== 'killed' ? outcome.noVerdict : [];
      return [
        fix.area,
        fix.fix,
        fix.fixedIn ?? '',
        outcomeWord(fix, outcome),
        [...first, ...more, ...why, ...(fix.notNoticed === undefined ? [] : [fix.notNoticed])].join('<br>'),
      ];
    }),
  );
}

/** One row an area: fixes taken out, noticed by the scenarios that were there, noticed now. */
export function recallByArea(rows: readonly Row[]): string {
  const areas = [...new Set(rows.map(({ fix }) => fix.area))].sort();
  const line = (name: string, of: readonly Row[]): string[] => {
    const noticed = of.filter(isNoticed);
    const before = noticed.filter(isOlder);
    return [name, String(of.length), share(before.length, of.length), share(noticed.length, of.length)];
  };
  return table(
    ['area', 'fixes taken out', 'noticed before', 'noticed now'],
    [
      ...areas.map((area) =>
        line(
          area,
          rows.filter(({ fix }) => fix.area === area),
        ),
      ),
      line('all', rows),
    ],
  );
}

/** Noticed where its patch says, or, not run, said by its patch to be. */
function isNoticed({ fix, outcome }: Row): boolean {
  return outcome === undefined ? fix.notNoticed === undefined : outcome.outcome === 'killed';
}

/** Noticed by a scenario that was not written for it. */
function isOlder({ fix, outcome }: Row): boolean {
  const kills = outcome === undefined ? fix.killedBy : outcome.kills.filter(({ right }) => right);
  return kills.some(({ scenario }) => !fix.newScenarios.includes(scenario));
}

function outcomeWord(fix: ShownFix, outcome: MutantOutcome | undefined): string {
  if (outcome === undefined) return fix.notNoticed === undefined ? 'yes' : 'no';
  return outcome.outcome === 'killed' ? 'yes' : outcome.outcome.toUpperCase();
}

function byArea(a: Row, b: Row): number {
  return a.fix.area < b.fix.area ? -1 : a.fix.area > b.fix.area ? 1 : a.fix.name < b.fix.name ? -1 : 1;
}

function share(part: number, whole: number): string {
  return `${part} (${Math.round((100 * part) / whole)} %)`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
