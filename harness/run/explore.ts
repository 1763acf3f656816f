// SPDX-License-Identifier: GPL-2.0-only
// Exploration: generated sequences, each a cell; one that fails in a new way is shrunk, tried again, and kept as a scenario file.

import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { fingerprintOf, fingerprintWords } from '../compare/fingerprint.ts';
import { scenarioOf, sequences, shorterSequences, type Sequence } from '../explore/sequence.ts';
import { shrink } from '../explore/shrink.ts';
import { InfraError, UsageError } from '../host/errors.ts';
import { cannotWrite } from '../host/write-error.ts';
import type { CellResult } from '../results/events.ts';
import { mainDeviation } from '../results/main-deviation.ts';
import { readRun } from '../results/read-run.ts';
import { isAboutKernel } from '../results/verdicts.ts';
import { Interrupted, interruptedExitCode } from './interrupt.ts';
import { plan, runPlanned } from './whole-run.ts';

export interface ExploreSettings {
  kernel: string;
  jobs: number;
  /** Numbers the sequences: the same seed gives the same ones. */
  seed: number;
  /** Sequences in all. */
  count: number;
  /** Milliseconds after which no more are begun. */
  time: number;
  /** Operations of a sequence, at most. */
  length: number;
  /** Folder for the scenarios that were found, and the evidence. */
  output: string;
}

/** Sequences that fail in the same way. */
interface Finding {
  fingerprint: string;
  /** What sequences have in common that are shrunk into one. */
  way: string;
  /** `fail: mappings: ...`. */
  words: string;
  /** The scenario file of the shrunk sequence, and its text. */
  file: string;
  text: string;
  /** Folder of the run in which it was found. */
  evidence: string;
  /** Operations before and after it was shrunk. */
  operations: { found: number; shrunk: number };
  /** Sequences that were run to shrink it. */
  tried: number;
  /** How often the shrunk sequence failed in the same way, of how many times. */
  again: { failed: number; of: number };
  /** Sequences that failed so. */
  sequences: number;
}

export interface Explored {
  sequences: number;
  operations: number;
  /** Sequences without a verdict on the kernel. */
  withoutVerdict: number;
  durationMs: number;
  findings: Finding[];
  /** Kernel bugs that are recorded, `same as KB4, known in remove/shared-mappers`, with the number of sequences that met them. */
  known: Map<string, number>;
}

/** Sequences of one run, since each takes a second or two to begin and to end. */
const batchSize = 100;
/** Sequences that are run to shrink one, at most. */
const mostCandidates = 300;
const tries = 3;
/** Findings of the same step or function that are shrunk; more sequences of the kind are only counted. */
const mostAlike = 3;

/**
 * Runs sequences until the count or the time is reached; `progress` is called after each run of them.
 * @throws Interrupted; UsageError, InfraError when not one sequence of a run has a verdict
 */
export async function explore(settings: ExploreSettings, progress: (explored: Explored) => void): Promise<Explored> {
  const started = performance.now();
  const explored: Explored = {
    sequences: 0,
    operations: 0,
    withoutVerdict: 0,
    durationMs: 0,
    findings: [],
    known: new Map(),
  };
  const cells = new SequenceCells(settings);
  const arbitrary = sequences(settings.length, Math.ceil(settings.length / 2));
  const isOver = (): boolean => {
    explored.durationMs = performance.now() - started;
    return explored.sequences >= settings.count || explored.durationMs >= settings.time;
  };
  for (let batch = 0; !isOver(); batch++) {
    // Each batch has a seed of its own, so that the first sequences of a seed do not depend on how many there are.
    const numRuns = Math.min(batchSize, settings.count - explored.sequences);
    const all = fc.sample(arbitrary, { seed: settings.seed * 10_000 + batch, numRuns });
    const ran = await cells.run(all);
    requireVerdict(ran.cells, settings.kernel, ran.folder);
    explored.sequences += all.length;
    explored.operations += all.reduce((sum, sequence) => sum + scenarioOf(sequence).done.length, 0);
    let isNeeded = false;
    for (const [index, sequence] of all.entries()) {
      const cell = ran.cells[index];
      if (cell?.verdict === 'pass') continue;
      if (cell === undefined || !isAboutKernel(cell)) {
        explored.withoutVerdict++;
        isNeeded = true;
        continue;
      }
      const elsewhere = knownElsewhere(cell);
      if (elsewhere !== undefined) {
        explored.known.set(elsewhere, (explored.known.get(elsewhere) ?? 0) + 1);
        continue;
      }
      isNeeded = true;
      const finding = await find(explored.findings, sequence, cell, cells, settings);
      if (finding !== undefined) explored.findings.push({ ...finding, evidence: ran.folder });
    }
    if (!isNeeded) cells.forget(ran);
    isOver();
    progress(explored);
  }
  return explored;
}

/** @throws UsageError when the kernel lacks what all sequences need or cannot be built, InfraError when the infrastructure failed in all of them */
export function requireVerdict(cells: readonly (CellResult | undefined)[], kernel: string, folder: string): void {
  if (cells.some((cell) => cell !== undefined && isAboutKernel(cell))) return;
  const first = cells.find((cell) => cell !== undefined);
  const why = first?.why ?? 'the run ended before the first one';
  const Wrong = first?.verdict === 'skip' || first?.verdict === 'unbuilt' ? UsageError : InfraError;
  throw new Wrong(`no sequence has a verdict on ${kernel}: ${why}`, { hint: `The evidence is in ${folder}.` });
}

/** The recorded kernel bug that accounts for all that was seen in a cell. */
function knownElsewhere({ deviations }: CellResult): string | undefined {
  const [first] = deviations;
  return deviations.every(({ elsewhere }) => elsewhere !== undefined) ? first?.elsewhere : undefined;
}

/** A cell that failed in a new way, shrunk and written down; undefined, and counted, for one of a way that was found before. */
async function find(
  findings: readonly Finding[],
  sequence: Sequence,
  cell: CellResult,
  cells: SequenceCells,
  { length, jobs, output }: ExploreSettings,
): Promise<Omit<Finding, 'evidence'> | undefined> {
  const fingerprint = fingerprintOf(cell) ?? '';
  const way = wayOf(cell);
  const alike = findings.filter((one) => one.way === way);
  const seen = alike.length >= mostAlike ? alike[0] : alike.find((one) => one.fingerprint === fingerprint);
  if (seen !== undefined) {
    seen.sequences++;
    return undefined;
  }
  // What else goes wrong may change as operations are left out.
  const fails = async (candidates: readonly Sequence[]): Promise<boolean[]> => {
    const ran = await cells.run(candidates);
    cells.forget(ran);
    return ran.cells.map((one) => one !== undefined && wayOf(one) === way);
  };
  const { value, tried } = await shrink(sequences(length), sequence, {
    fails,
    key: (one) => scenarioOf(one).text,
    shorter: shorterSequences,
    atOnce: 2 * jobs,
    most: mostCandidates,
  });
  const { text, done } = scenarioOf(value);
  const same = findings.find((one) => one.text === text);
  if (same !== undefined) {
    same.sequences++;
    return undefined;
  }
  const again = await fails(Array.from({ length: tries }, () => value));
  const name = `${String(findings.length + 1).padStart(2, '0')}-${cell.verdict}.yaml`;
  const file = path.join(output, name);
  write(file, text);
  return {
    fingerprint,
    way,
    words: fingerprintWords(fingerprint),
    file,
    text,
    operations: { found: scenarioOf(sequence).done.length, shrunk: done.length },
    tried,
    again: { failed: again.filter(Boolean).length, of: tries },
    sequences: 1,
  };
}

/** The verdict, and the step or the kernel's function that gave it: without page numbers, which shrinking changes. */
function wayOf(cell: CellResult): string {
  const { kind, step, function: where } = mainDeviation(cell) ?? {};
  return [cell.verdict, kind, kind === 'fail' ? step : where].join(' ');
}

/** What became of sequences that were run. */
interface RanSequences {
  /** By sequence; undefined where there is no verdict. */
  cells: (CellResult | undefined)[];
  folder: string;
  files: string[];
}

/** Runs sequences as cells, from scenario files that stay as long as the evidence does. */
class SequenceCells {
  readonly #settings: ExploreSettings;
  #files = 0;

  constructor(settings: ExploreSettings) {
    this.#settings = settings;
  }

  /** @throws Interrupted */
  async run(all: readonly Sequence[]): Promise<RanSequences> {
    const { kernel, jobs, seed, output } = this.#settings;
    const files = all.map((sequence) => {
      const file = path.join(output, 'sequences', `${++this.#files}.yaml`);
      write(file, scenarioOf(sequence).text);
      return file;
    });
    const flags = { repeat: 1, jobs, name: `explore-${seed}`, root: path.join(output, 'runs') };
    const { exitCode, folder } = await runPlanned(plan(files, [kernel], { repeat: 1 }), [kernel], flags, undefined);
    if (exitCode === interruptedExitCode) throw new Interrupted();
    const ran = new Map(readRun(folder).cells.map((cell) => [cell.scenario, cell]));
    return { cells: files.map((file) => ran.get(file)), folder, files };
  }

  /** Removes what nobody needs to look at. */
  forget({ folder, files }: RanSequences): void {
    for (const one of [folder, ...files]) rmSync(one, { recursive: true, force: true });
  }
}

function write(file: string, text: string): void {
  try {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}
