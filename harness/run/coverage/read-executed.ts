// SPDX-License-Identifier: GPL-2.0-only
// What the cells of a run have executed of a kernel, from the files of the run.

import path from 'node:path';
import { readExecuted, type ExecutedPhase } from '../../kernel/executed/executed-file.ts';
import { readSymbols, type KernelSymbols } from '../../kernel/executed/kernel-symbols.ts';
import type { CellResult } from '../../results/events.ts';
import type { RunRecord } from '../../results/run-record.ts';
import { cellFiles } from '../cell-files.ts';
import { coverageFolder, keptSymbols, symbolsFile } from './symbols.ts';

/** A cell of whose guest it is known what it has executed. */
export interface ExecutedCell {
  cell: CellResult;
  phases: readonly ExecutedPhase[];
}

/** The functions of a kernel of a run; undefined when the run was made without --coverage. */
export function symbolsOf({ folder, kernelFacts }: RunRecord, kernel: string): KernelSymbols | undefined {
  const id = kernelFacts.find((one) => one.kernel === kernel)?.id;
  if (id === undefined) return undefined;
  return [coverageFolder(folder), keptSymbols()]
    .map((place) => readSymbols(symbolsFile(place, id)))
    .find((symbols) => symbols !== undefined);
}

/** The cells of a kernel, one after the other. */
export function* executedCells({ folder, cells }: RunRecord, kernel: string): Generator<ExecutedCell> {
  for (const cell of cells) {
    if (cell.kernel !== kernel) continue;
    const file = path.join(folder, cell.folder, cellFiles.coverage);
    const executed = readExecuted(file, coverageFolder(folder));
    if (executed !== undefined) yield { cell, phases: executed.phases };
  }
}
