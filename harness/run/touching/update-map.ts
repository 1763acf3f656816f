// SPDX-License-Identifier: GPL-2.0-only
// Adds what a run with --coverage has recorded to the maps of its kernels' lines.

import path from 'node:path';
import { takeLock, lockNextTo } from '../../host/lock.ts';
import { executedNames, sectionsByWhen, type When } from '../../kernel/executed/executed-functions.ts';
import { sourceName, type KernelSymbols } from '../../kernel/executed/kernel-symbols.ts';
import { lineOf } from '../../kernel/stock/stock.ts';
import type { KernelFacts } from '../../results/events.ts';
import type { RunRecord } from '../../results/run-record.ts';
import { executedCells, symbolsOf } from '../coverage/read-executed.ts';
import { coverageMapFile, readCoverageMap, writeCoverageMap, type MappedScenario } from './coverage-map.ts';

/**
 * Of a kernel that a map is not of, a new map is begun. Kernels with a series have none, since a map says what a series would meet.
 * @throws InfraError when a map cannot be written
 */
export async function updateMaps(record: RunRecord): Promise<void> {
  const root = path.dirname(record.folder);
  for (const facts of record.kernelFacts) {
    const symbols = facts.patches === undefined ? symbolsOf(record, facts.kernel) : undefined;
    if (symbols === undefined) continue;
    const scenarios = scenariosOf(record, facts, symbols);
    if (scenarios.size === 0) continue;
    const line = lineOf(facts.version);
    const file = coverageMapFile(root, line);
    const lock = await takeLock(lockNextTo(file), { what: file });
    try {
      const before = readCoverageMap(root, line);
      const { label, release, id } = facts;
      const names = [...symbols.sections.values()].flat().map(({ name }) => sourceName(name));
      const kept = before?.kernel.id === id ? before.scenarios : [];
      writeCoverageMap(root, {
        line,
        kernel: { label, release, id },
        symbols: new Set(names),
        scenarios: new Map([...kept, ...scenarios]),
      });
    } finally {
      lock.release();
    }
  }
}

/** Of each scenario what any of its repetitions has executed. What the infrastructure has cut short says nothing. */
function scenariosOf(
  record: RunRecord,
  { kernel }: Pick<KernelFacts, 'kernel'>,
  symbols: KernelSymbols,
): Map<string, MappedScenario> {
  const scenarios = new Map<string, Record<When, Set<string>> & Pick<MappedScenario, 'content' | 'run'>>();
  for (const { cell, phases } of executedCells(record, kernel)) {
    if (cell.content === undefined || cell.verdict === 'error') continue;
    const { boot, setup, steps } = sectionsByWhen(phases);
    const own = scenarios.get(cell.scenario) ?? {
      content: cell.content,
      run: path.basename(record.folder),
      boot: new Set(),
      setup: new Set(),
      steps: new Set(),
    };
    scenarios.set(cell.scenario, own);
    for (const name of executedNames(symbols, boot)) own.boot.add(name);
    for (const name of executedNames(symbols, setup)) own.setup.add(name);
    for (const name of executedNames(symbols, steps)) own.steps.add(name);
  }
  return scenarios;
}
