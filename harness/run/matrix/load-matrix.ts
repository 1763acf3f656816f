// SPDX-License-Identifier: GPL-2.0-only
// From the file of a matrix to its cells, and to the cells that it leaves out and why.

import { z } from 'zod';
import { UsageError } from '../../host/errors.ts';
import { checkYaml } from '../../host/yaml/check.ts';
import { readYaml, type YamlFile } from '../../host/yaml/yaml.ts';
import type { DroppedCell } from '../../results/events.ts';
import { findScenarios, type Scenario } from '../../scenario/load.ts';
import type { CellPlan } from '../../scenario/plan.ts';
import type { SlurmSettings } from '../slurm/settings.ts';
import { planVariant, type Variant } from '../variants.ts';
import { checkAt, chooseColumns, matrixColumns, type Column } from './columns.ts';
import { matrixSchema, type MatrixSpec } from './schema.ts';

export interface Matrix {
  variants: Variant[];
  cells: CellPlan[];
  dropped: DroppedCell[];
  /** What the file says for --executor slurm. */
  slurm: SlurmSettings;
}

/** Loads a matrix. `repeats` makes the number of repetitions from that in the file. @throws UsageError with file, line and column, and what would be right. */
export function loadMatrix(file: string, repeats?: (inFile: number) => number): Matrix {
  return planMatrix(readYaml(file), repeats);
}

/** The same for text that was read. */
export function planMatrix(yaml: YamlFile, repeats = (inFile: number): number => inFile): Matrix {
  refuseNumbers(yaml);
  const spec = checkYaml(yaml, matrixSchema);
  const columns = matrixColumns(yaml, spec);
  const scenarios = scenariosByColumn(yaml, spec, columns);
  const cells = columns.flatMap((column) =>
    planVariant([...(scenarios.get(column) ?? [])], column.variant, repeats(column.repeat)),
  );
  const dropped = droppedCells(yaml, spec, columns, cells);
  return {
    variants: columns.map(({ variant }) => variant),
    cells: cells.filter(({ id }) => !dropped.has(id)),
    dropped: [...dropped.values()],
    slurm: spec.slurm ?? {},
  };
}

/** @throws UsageError for a kernel without quotes: YAML reads 6.10 as the number 6.1 */
function refuseNumbers(yaml: YamlFile): void {
  const kernels = z.object({ kernels: z.array(z.unknown()) }).safeParse(yaml.value).data?.kernels ?? [];
  const index = kernels.findIndex((kernel) => typeof kernel === 'number');
  if (index === -1) return;
  throw new UsageError('a kernel must be in quotes, such as "6.10", which YAML reads as the number 6.1 without them', {
    at: yaml.at(['kernels', index]),
  });
}

/** What each column runs: the scenarios for all, then those that `include` adds. */
function scenariosByColumn(
  yaml: YamlFile,
  spec: MatrixSpec,
  columns: readonly Column[],
): ReadonlyMap<Column, ReadonlySet<Scenario>> {
  const known = new Map<string, Scenario>();
  const scenariosAt = (words: readonly string[], at: readonly (string | number)[]): Scenario[] =>
    words
      .flatMap((word, index) => checkAt(yaml.at([...at, index]), () => findScenarios([word])))
      .map((scenario) => {
        const same = known.get(scenario.name) ?? scenario;
        known.set(scenario.name, same);
        return same;
      });
  const everywhere = spec.scenarios === undefined ? findScenarios([]) : scenariosAt(spec.scenarios, ['scenarios']);
  for (const scenario of everywhere) known.set(scenario.name, scenario);
  const chosen = new Map(columns.map((column) => [column, new Set(everywhere)]));
  spec.include.forEach((entry, index) => {
    const added = scenariosAt(entry.scenarios, ['include', index, 'scenarios']);
    const sets = chooseColumns(yaml, columns, entry, ['include', index]).flatMap((column) => chosen.get(column) ?? []);
    if (sets.every((set) => added.every((scenario) => set.has(scenario))))
      throw new UsageError('this entry adds no cell to the matrix', { at: yaml.at(['include', index]) });
    for (const set of sets) for (const scenario of added) set.add(scenario);
  });
  return chosen;
}

/** By id. Of a cell that several entries leave out, the reason of the first counts. */
function droppedCells(
  yaml: YamlFile,
  spec: MatrixSpec,
  columns: readonly Column[],
  cells: readonly CellPlan[],
): Map<string, DroppedCell> {
  const dropped = new Map<string, DroppedCell>();
  spec.exclude.forEach((entry, index) => {
    const kernels = chooseColumns(yaml, columns, entry, ['exclude', index]).map(({ variant }) => variant.name);
    const names = entry.scenarios?.flatMap((word, at) =>
      checkAt(yaml.at(['exclude', index, 'scenarios', at]), () => findScenarios([word])).map(({ name }) => name),
    );
    const out = cells.filter(({ kernel, scenario }) => kernels.includes(kernel) && (names?.includes(scenario) ?? true));
    if (out.length === 0)
      throw new UsageError('this entry leaves out no cell of the matrix', { at: yaml.at(['exclude', index]) });
    for (const { id, kernel, scenario } of out)
      if (!dropped.has(id)) dropped.set(id, { id, kernel, scenario, why: entry.because });
  });
  return dropped;
}
