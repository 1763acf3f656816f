// SPDX-License-Identifier: GPL-2.0-only
// What makes two runs less comparable, in sentences: another environment, another content of a scenario. Pure.

import { testedWord, type Side } from './side.ts';

/** Where the checkout lies and which Node runs it does not matter to a kernel. */
const irrelevant = ['hazmat', 'checkout', 'node'];

/** What of the environment differs. Times are only compared on the same machine with the same programs. */
export function environmentNotes(base: Side, tested: Side): { notes: string[]; sameMachine: boolean } {
  if (base.folder === tested.folder) return { notes: [], sameMachine: true };
  const differing = (key: string) => base.environment[key] !== tested.environment[key];
  const differs = (key: string) => {
    const [was, is] = [base, tested].map(({ environment }) => environment[key] ?? 'not recorded');
    return `${key} differs: ${was ?? ''} for base, ${is ?? ''} for ${testedWord({ base, tested })}`;
  };
  const notes: string[] = [];
  if (differing('hazmat')) notes.push(differs('hazmat'));
  else if (base.environment.hazmat === undefined) {
    notes.push('neither run records the version of hazmat, so it may have changed in between');
  }
  const shared = Object.keys(base.environment).filter((key) => key in tested.environment && differing(key));
  notes.push(...shared.filter((key) => !irrelevant.includes(key)).map(differs));
  const sameMachine = !['host', 'qemu', 'accelerator', 'hazmat'].some(differing);
  if (!sameMachine) notes.push('times are not compared: the two runs had different versions of hazmat, host or QEMU');
  return { notes, sameMachine };
}

/** Scenarios whose content changed between two runs. */
export function contentNotes(base: Side, tested: Side): string[] {
  if (base.folder === tested.folder) return [];
  const contents = (side: Side) => new Map(side.cells.map(({ scenario, content }) => [scenario, content]));
  const [before, after] = [contents(base), contents(tested)];
  const both = [...before].filter(([scenario]) => after.has(scenario));
  const unknown = both.filter(([scenario, content]) => content === undefined || after.get(scenario) === undefined);
  const other = both.filter((one) => !unknown.includes(one) && after.get(one[0]) !== one[1]);
  return [
    ...(other.length === 0
      ? []
      : [`these scenarios changed between the runs: ${other.map(([scenario]) => scenario).join(', ')}`]),
    ...(unknown.length === 0
      ? []
      : [`the runs do not record whether ${unknown.length} of ${both.length} scenarios changed in between`]),
  ];
}
