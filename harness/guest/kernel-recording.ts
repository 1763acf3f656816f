// SPDX-License-Identifier: GPL-2.0-only
// What a guest executes of its whole kernel, modules included, under TCG: QEMU's log without a filter but for the kernel's addresses
// (recording.ts says why that is what is executed). docs/coverage.md has what it costs.

import { rmSync, statSync } from 'node:fs';
import type { ExecutedKernel, ExecutedPhase } from '../kernel/executed/executed-file.ts';
import { bytesWithin, spansOf, union } from '../kernel/executed/spans.ts';
import type { SeriesLines } from '../kernel/lines/series-lines.ts';
import type { RecordPlan } from '../machine/argv.ts';
import { DeadlineExpired, GuestDied } from './guest-errors.ts';
import { askAllCode, askModules, type Addresses } from './images.ts';
import { readInAsm } from './in-asm-log.ts';
import type { LiveGuest } from './live-guest.ts';
import type { Recorded, Recorder } from './recorder.ts';
import { wholeKernel } from './recording.ts';

/** The most that a section may have, in bytes: what is farther from its begin is of something that is not known. */
const mostBytes = { vmlinux: 64 * 2 ** 20, module: 16 * 2 ** 20 };

interface Phase extends Pick<ExecutedPhase, 'phase' | 'step'> {
  /** From which byte of the log on. */
  from: number;
}

export class KernelRecording implements Recorder {
  readonly plan: RecordPlan;
  readonly lines: SeriesLines | undefined;
  readonly slowdown = 2;
  readonly pausesGuest = false;
  readonly #before: readonly ExecutedPhase[];
  /** Whatever is unknown in `before`. */
  readonly #unknownBefore: number;
  readonly #phases: Phase[];
  /** From which byte of the log on which addresses hold. */
  readonly #parts: { from: number; addresses: Addresses }[];

  private constructor(
    lines: SeriesLines | undefined,
    file: string,
    before: ExecutedKernel | undefined,
    phase: ExecutedPhase['phase'],
  ) {
    this.lines = lines;
    this.plan = { file, ranges: wholeKernel };
    this.#before = before?.phases ?? [];
    this.#unknownBefore = before?.unknown ?? 0;
    this.#parts = [{ from: 0, addresses: before?.addresses ?? {} }];
    this.#phases = [{ phase, from: 0 }];
  }

  /** Of a guest that boots. */
  static ofBoot(lines: SeriesLines | undefined, file: string): KernelRecording {
    return new KernelRecording(lines, file, undefined, 'boot');
  }

  /** Of a guest that goes on from a saved one: with its `setup`, or as a fork that runs steps from its `start` on. */
  static after(
    lines: SeriesLines | undefined,
    executed: ExecutedKernel,
    file: string,
    phase: 'setup' | 'start',
  ): KernelRecording {
    return new KernelRecording(lines, file, executed, phase);
  }

  async locate(guest: LiveGuest): Promise<void> {
    this.#parts[0] = { from: 0, addresses: await askAllCode(guest) };
  }

  mark(): number {
    return statSync(this.plan.file, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** QEMU has the log from its start on. */
  arm(): Promise<void> {
    return Promise.resolve();
  }

  /** The log goes on. */
  resetting(): Promise<void> {
    return Promise.resolve();
  }

  startPhase(phase: 'setup' | 'start'): void {
    this.#phases.push({ phase, from: this.mark() });
  }

  startStep(step: number): void {
    this.#phases.push({ phase: 'step', step, from: this.mark() });
  }

  async rebooted(guest: LiveGuest, from: number): Promise<void> {
    const addresses = await askAllCode(guest).catch((error: unknown) => {
      if (error instanceof GuestDied || error instanceof DeadlineExpired) return {};
      throw error;
    });
    this.#parts.push({ from, addresses });
    // A boot is one wherever it happens.
    this.#phases.push({ phase: 'reboot', step: this.#phases.at(-1)?.step, from });
  }

  async settle(guest: LiveGuest): Promise<void> {
    const last = this.#parts.at(-1);
    if (last === undefined) return;
    const known = new Set(Object.keys(last.addresses).map((key) => key.split(' ')[0]));
    if ((await askModules(guest)).every((module) => known.has(module))) return;
    last.addresses = { ...last.addresses, ...(await askAllCode(guest)) };
  }

  async recorded(): Promise<Recorded> {
    const marks = [...new Set([...this.#phases, ...this.#parts].map(({ from }) => from))].sort((a, b) => a - b);
    const pieces = await readInAsm(this.plan.file, marks);
    const phases = new Map<Phase, Map<string, number[]>>();
    let unknown = this.#unknownBefore;
    for (const [index, from] of marks.entries()) {
      const phase = this.#phases.findLast((one) => one.from <= from);
      const addresses = this.#parts.findLast((one) => one.from <= from)?.addresses ?? {};
      if (phase === undefined) continue;
      const sections = phases.get(phase) ?? new Map<string, number[]>();
      phases.set(phase, sections);
      unknown += sortIn(spansOf(pieces[index] ?? []), addresses, sections);
    }
    rmSync(this.plan.file, { force: true });
    const found = [...phases].map(([{ phase, step }, sections]): ExecutedPhase => ({
      phase,
      step,
      sections: new Map([...sections].map(([key, some]) => [key, spansOf(some)])),
    }));
    const addresses = this.#parts.at(-1)?.addresses ?? {};
    const kernel = { addresses, phases: together([...this.#before, ...found]), unknown };
    return { kernel, lines: this.lines === undefined ? undefined : linesIn(this.lines, kernel) };
  }
}

/** The stages of a setup are one phase. */
function together(phases: readonly ExecutedPhase[]): ExecutedPhase[] {
  const setups = phases.filter(({ phase }) => phase === 'setup');
  const keys = new Set(setups.flatMap(({ sections }) => [...sections.keys()]));
  const sections = new Map([...keys].map((key) => [key, union(setups.map((one) => one.sections.get(key) ?? []))]));
  const setup: ExecutedPhase[] = setups.length === 0 ? [] : [{ phase: 'setup', sections }];
  const [boot, others] = [
    phases.filter(({ phase }) => phase === 'boot'),
    phases.filter(({ phase }) => phase !== 'boot' && phase !== 'setup'),
  ];
  return [...boot, ...setup, ...others];
}

/** Adds spans of low addresses to the sections in which they lie; returns how many bytes lie in none. */
function sortIn(spans: readonly number[], addresses: Addresses, sections: Map<string, number[]>): number {
  const bases = Object.entries(addresses)
    .map(([key, address]) => ({ key, base: Number(BigInt.asUintN(32, BigInt(address))) }))
    .sort((a, b) => a.base - b.base);
  let unknown = 0;
  let at = -1;
  for (let index = 0; index < spans.length; index += 2) {
    const [begin, end] = [spans[index] ?? 0, spans[index + 1] ?? 0];
    while ((bases[at + 1]?.base ?? Infinity) <= begin) at++;
    const section = bases[at];
    const most = section?.key.startsWith('vmlinux ') === true ? mostBytes.vmlinux : mostBytes.module;
    if (section === undefined || begin - section.base > most) {
      unknown += end - begin;
      continue;
    }
    const own = sections.get(section.key) ?? [];
    sections.set(section.key, own);
    own.push(begin - section.base, end - section.base);
  }
  return unknown;
}

/** Which places of a series' lines were executed. */
function linesIn({ places, functions }: SeriesLines, { addresses, phases }: ExecutedKernel): Recorded['lines'] {
  const executed = [...places.keys()].filter((index) => {
    const place = places[index];
    if (place === undefined) return false;
    const key = `${place.image} ${place.section}`;
    return phases.some(({ sections }) => bytesWithin(sections.get(key) ?? [], place.at, place.at + 1) > 0);
  });
  const wanted = new Set(functions.map(({ image, section }) => `${image} ${section}`));
  return {
    addresses: Object.fromEntries(Object.entries(addresses).filter(([key]) => wanted.has(key))),
    places: executed,
  };
}
