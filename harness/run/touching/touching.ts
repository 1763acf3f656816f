// SPDX-License-Identifier: GPL-2.0-only
// `--touching SERIES`: leaves out the scenarios that execute nothing of what a series changes. What is not known for sure is run.

import type { HazmatError } from '../../host/errors.ts';
import { InfraError, renderError, UsageError } from '../../host/errors.ts';
import { notice } from '../../host/notices.ts';
import { resultsRoot } from '../../host/places.ts';
import { sourceOfKernel } from '../../kernel/base-source.ts';
import { catalogLines, loadCatalog } from '../../kernel/catalog.ts';
import { readChanges } from '../../kernel/functions/read-changes.ts';
import { touchedFunctions, type TouchedFunctions } from '../../kernel/functions/touched-code.ts';
import { readSeriesOf } from '../../kernel/series/series.ts';
import type { PatchedSource } from '../../kernel/series/patched-source.ts';
import { parseKernelSpec, splitPart, withSeries } from '../../kernel/spec.ts';
import { lineOf } from '../../kernel/stock/stock.ts';
import type { CellPlan } from '../../scenario/plan.ts';
import type { RunPlan } from '../run-plan.ts';
import { readCoverageMap } from './coverage-map.ts';
import { listed, selectScenarios, type Selected } from './select.ts';

/** A choice of scenarios for a series on a kernel. */
interface Touching {
  scenarios: Map<string, Selected>;
  /** In a sentence, or several. */
  summary: string;
}

/**
 * The plan without the cells that a series cannot reach; `kernelOf`: the kernel that each kernel of the plan is chosen for.
 * @throws UsageError for a series that cannot be read
 */
export async function onlyTouching(
  plan: RunPlan,
  series: string,
  kernelOf: (kernel: string) => string = (kernel) => plan.variants.find(({ name }) => name === kernel)?.spec ?? kernel,
): Promise<RunPlan> {
  const { whole, part } = splitPart(series);
  await readSeriesOf({ words: [whole], part });
  const chosen = new Map<string, Touching>();
  for (const { kernel } of plan.cells) {
    const from = kernelOf(kernel);
    if (chosen.has(from)) continue;
    const cells = plan.cells.filter((cell) => kernelOf(cell.kernel) === from);
    const touching = await touchingOn(cells, from, series);
    chosen.set(from, touching);
    notice('info', `--touching on ${from}: ${touching.summary}`);
  }
  const of = ({ kernel, scenario }: CellPlan): Selected | undefined =>
    chosen.get(kernelOf(kernel))?.scenarios.get(scenario);
  const isLeft = (cell: CellPlan): boolean => of(cell)?.selected === false;
  return {
    ...plan,
    cells: plan.cells.filter((cell) => !isLeft(cell)),
    dropped: [
      ...plan.dropped,
      ...plan.cells
        .filter(isLeft)
        .map((cell) => ({ id: cell.id, scenario: cell.scenario, kernel: cell.kernel, why: of(cell)?.why ?? '' })),
    ],
    reasons: new Map(plan.cells.map((cell) => [cell.id, of(cell)?.why ?? ''])),
  };
}

/** @throws nothing that concerns the series or the kernel: what cannot be found out selects everything */
async function touchingOn(cells: readonly CellPlan[], kernel: string, series: string): Promise<Touching> {
  const scenarios = new Map(cells.map(({ scenario, content }) => [scenario, content]));
  const everything = (why: string): Touching => ({
    scenarios: new Map([...scenarios.keys()].map((scenario) => [scenario, { selected: true, why }])),
    summary: `everything runs: ${why}`,
  });
  let source: PatchedSource;
  try {
    source = await sourceOfKernel(hasSeries(kernel, series) ? kernel : withSeries(kernel, series), {
      progress: (note) => notice('info', note),
    });
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof InfraError)) throw error;
    return everything(firstLine(error));
  }
  const line = lineOf((await versionOf(source)) ?? '');
  const map = readCoverageMap(resultsRoot(), line);
  if (map === undefined) {
    return everything(`there is no map of ${line}: npx hazmat run -k ${line} --coverage makes one`);
  }
  const touched = touchedFunctions(await readChanges(source), (name) => map.symbols.has(name));
  const selected = selectScenarios(scenarios, touched, map);
  return { scenarios: selected, summary: summaryOf(touched, selected, map.kernel.label) };
}

function summaryOf({ changed, names, open }: TouchedFunctions, selected: Map<string, Selected>, map: string): string {
  const count = [...selected.values()].filter((one) => one.selected).length;
  const code =
    changed.length === 0
      ? 'no function is changed'
      : `it changes ${listed(changed.map(({ name }) => name))}, which ${names.length === 1 ? 'is' : 'are'} in ${listed(names)}`;
  const share = `${count} of ${selected.size} scenarios ${count === 1 ? 'is' : 'are'} selected, by the map of ${map}`;
  return open.length === 0 ? `${code}; ${share}` : `everything runs: ${open.slice(0, 3).join('; ')}`;
}

/** Whether a kernel has a series on it by the same word. */
function hasSeries(kernel: string, series: string): boolean {
  const spec = parseKernelSpec(kernel, catalogLines(loadCatalog()));
  return spec.kind !== 'image' && spec.series?.words.includes(splitPart(series).whole) === true;
}

/** The version of a source as its Makefile has it: `6.12.118`. */
async function versionOf({ repo, commit }: PatchedSource): Promise<string | undefined> {
  const makefile = await repo.read(commit, 'Makefile');
  const [version, patch] = ['VERSION', 'PATCHLEVEL'].map(
    (name) => new RegExp(`^${name} = (\\d+)$`, 'm').exec(makefile ?? '')?.[1],
  );
  return version === undefined || patch === undefined ? undefined : `${version}.${patch}`;
}

function firstLine(error: HazmatError): string {
  return renderError(error).split('\n')[0] ?? '';
}
