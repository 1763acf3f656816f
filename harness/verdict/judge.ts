// SPDX-License-Identifier: GPL-2.0-only
// From everything that was seen of a cell to its verdict. Pure. Two rules come first: never blame the kernel for a failure
// of the infrastructure, nor the infrastructure for a failure of the kernel.

import { isAllowed } from './allow.ts';
import { expectedPanicOf, noPanic, type ExpectedPanic } from './expected-panic.ts';
import type { HangReport } from './hang.ts';
import type { CrashReport } from './kernel-log.ts';
import type { Deviation, Verdict } from '../results/events.ts';
import { knownFor, matchKnown, type KnownEntry } from './known.ts';

/** A report of the kernel, and where in the scenario it came. */
export interface ObservedCrash {
  report: CrashReport;
  /** The step during which it came; undefined outside of the steps. */
  step?: string;
  stepIndex?: number;
  /** File in the cell's folder that holds it. */
  evidence?: string;
}

export interface ObservedHang {
  report: Pick<HangReport, 'title' | 'function' | 'fingerprint'>;
  step?: string;
  stepIndex?: number;
  evidence?: string;
}

/**
 * How a guest ended that should have gone on. reset: the machine was reset (reboot, triple fault). panicked: the guest
 * reported a panic to QEMU. gone: QEMU ended or was killed, and nothing says that the kernel caused it.
 */
export type GuestEnd = 'reset' | 'panicked' | 'gone';

export interface CellEvidence {
  /** Expectations that were not met, in the order of the steps. */
  deviations: readonly Deviation[];
  crashes: readonly ObservedCrash[];
  hang?: ObservedHang | undefined;
  /** An error of the infrastructure, in one sentence; it says nothing about the kernel. */
  infraError?: string | undefined;
  guestEnd?: GuestEnd | undefined;
  /** Why there is no kernel to test: what was given cannot be built. */
  unbuilt?: string | undefined;
  /** Why the cell cannot run on this kernel or machine, in one sentence. */
  skip?: string | undefined;
  /** Number of steps that ran to their end. A pass with none is not a pass. */
  stepsRun: number;
  known: readonly KnownEntry[];
  kernelVersion: string;
  /** The scenario's `allow:` list: titles of kernel reports that are expected here. */
  allow: readonly string[];
  /** The scenario's `panics:`: the panic with which it ends. */
  panics?: ExpectedPanic | undefined;
}

export interface Judgment {
  verdict: Verdict;
  /** True for pass and skip, and for deviations that are all known. */
  expected: boolean;
  /** One sentence for a maintainer. */
  why: string;
  deviations: Deviation[];
  known?: { because: string; bug?: string };
  knownButPassed?: { because: string; bug?: string };
  /** Why the known issues of this kernel do not cover what was seen. */
  nearMisses: string[];
  /** Titles of the kernel reports that `allow` tolerated. */
  allowed: string[];
}

/**
 * The verdict. Precedence: unbuilt, crash, hang, error, skip, fail, pass. A crash that the kernel reported explains everything
 * that came after it, an infrastructure error included; without any sign of the kernel, a guest that is gone is an
 * infrastructure error.
 */
export function judge(evidence: CellEvidence): Judgment {
  const allowed = evidence.crashes.filter(({ report }) => isAllowed(report.title, evidence.allow));
  const counted = evidence.crashes.filter((crash) => !allowed.includes(crash));
  // Consequences of an oops are in its log; they are not deviations of their own.
  const own = counted.filter(({ report }) => !report.secondary);
  const reports = own.length > 0 ? own : counted;
  const panic = expectedPanicOf(evidence.panics, own, evidence.stepsRun);
  if (panic !== undefined && evidence.deviations.length === 0 && evidence.unbuilt === undefined)
    return panicked(panic, evidence, allowed);
  const crashes = [
    ...reports.filter(({ report }) => report.type === 'crash').map((crash) => deviationOf('crash', crash)),
    ...deathOf(evidence, counted),
  ];
  const hangs = [
    ...(evidence.hang === undefined ? [] : [deviationOf('hang', evidence.hang)]),
    ...reports.filter(({ report }) => report.type === 'hang').map((crash) => deviationOf('hang', crash)),
  ];
  // A report of the kernel's watchdogs about a hang that was diagnosed from outside is the same hang.
  const hangsOnce = evidence.hang === undefined ? hangs : hangs.slice(0, 1);
  const goesOn =
    evidence.panics !== undefined && crashes.length === 0 && wasRun(evidence) ? [noPanic(evidence.panics)] : [];
  const failed = [...evidence.deviations, ...goesOn];
  const deviations: Deviation[] = [...crashes, ...hangsOnce, ...failed];
  const tolerated = allowed.map(({ report }) => report.title);

  const verdict = verdictOf({ ...evidence, deviations: failed }, crashes, hangsOnce);
  if (verdict === 'crash' || verdict === 'hang' || verdict === 'fail') {
    return deviating(verdict, evidence, deviations, tolerated);
  }
  const rest = { verdict, deviations, nearMisses: [], allowed: tolerated };
  if (verdict === 'unbuilt') return { ...rest, expected: false, why: evidence.unbuilt ?? '' };
  if (verdict === 'error') return { ...rest, expected: false, why: errorWhy(evidence) };
  if (verdict === 'skip') return { ...rest, expected: true, why: evidence.skip ?? '' };
  const unneeded = knownFor(evidence.known, evidence.kernelVersion)[0];
  return {
    ...rest,
    expected: true,
    why:
      unneeded === undefined
        ? 'everything was as expected'
        : `everything was as expected, although a known issue is recorded for ${unneeded.kernels}: ${unneeded.because}`,
    ...(unneeded === undefined ? {} : { knownButPassed: reason(unneeded) }),
  };
}

/** Whether the scenario was run, to its end for all that the infrastructure did. */
function wasRun({ infraError, guestEnd, skip, unbuilt, stepsRun }: CellEvidence): boolean {
  return (
    infraError === undefined && guestEnd === undefined && skip === undefined && unbuilt === undefined && stepsRun > 0
  );
}

/** The end that the scenario expects; what came of it later, such as a guest that is gone, is a consequence. */
function panicked(
  { report, step }: ObservedCrash,
  { known, kernelVersion }: CellEvidence,
  allowed: readonly ObservedCrash[],
): Judgment {
  const unneeded = knownFor(known, kernelVersion)[0];
  return {
    verdict: 'pass',
    expected: true,
    why: `the kernel panicked as expected${step === undefined ? '' : ` during ${step}`}: ${report.title}`,
    deviations: [],
    nearMisses: [],
    allowed: allowed.map((crash) => crash.report.title),
    ...(unneeded === undefined ? {} : { knownButPassed: reason(unneeded) }),
  };
}

function verdictOf(evidence: CellEvidence, crashes: readonly Deviation[], hangs: readonly Deviation[]): Verdict {
  if (evidence.unbuilt !== undefined) return 'unbuilt';
  if (crashes.length > 0) return 'crash';
  if (hangs.length > 0) return 'hang';
  if (evidence.infraError !== undefined || evidence.guestEnd === 'gone') return 'error';
  if (evidence.skip !== undefined) return 'skip';
  if (evidence.deviations.length > 0) return 'fail';
  return evidence.stepsRun > 0 ? 'pass' : 'error';
}

function deviating(
  verdict: 'crash' | 'hang' | 'fail',
  evidence: CellEvidence,
  deviations: Deviation[],
  allowed: string[],
): Judgment {
  const { known, nearMisses } = matchKnown(evidence.known, evidence.kernelVersion, verdict, deviations);
  const headline = headlineOf(verdict, deviations);
  const base = { verdict, deviations, nearMisses, allowed };
  if (known !== undefined) {
    const bug = known.bug === undefined ? '' : ` (${known.bug})`;
    return { ...base, expected: true, why: `${headline}; known issue${bug}: ${known.because}`, known: reason(known) };
  }
  const missed = nearMisses[0] === undefined ? '' : `; ${nearMisses[0]}`;
  return { ...base, expected: false, why: headline + missed };
}

function headlineOf(verdict: 'crash' | 'hang' | 'fail', deviations: readonly Deviation[]): string {
  const first = deviations.find(({ kind }) => kind === verdict);
  if (first === undefined) return verdict;
  const during = verdict === 'fail' || first.step === undefined ? '' : ` during ${first.step}`;
  const others = deviations.length - 1;
  const more = others === 0 ? '' : ` (and ${others} more ${others === 1 ? 'deviation' : 'deviations'})`;
  return `${first.title}${during}${more}`;
}

function deviationOf(kind: 'crash' | 'hang', observed: ObservedCrash | ObservedHang): Deviation {
  const { report, step, stepIndex, evidence } = observed;
  return {
    kind,
    title: report.title,
    fingerprint: report.fingerprint,
    ...(report.function === undefined ? {} : { function: report.function }),
    ...(step === undefined ? {} : { step }),
    ...(stepIndex === undefined ? {} : { stepIndex }),
    ...(evidence === undefined ? {} : { evidence }),
  };
}

/** A machine that was reset or panicked without a report in the log: a crash of the kernel all the same. */
function deathOf(evidence: CellEvidence, counted: readonly ObservedCrash[]): Deviation[] {
  if (counted.some(({ report }) => report.type === 'crash')) return [];
  if (evidence.guestEnd === 'reset') {
    return [{ kind: 'crash', title: 'unexpected reboot', fingerprint: 'reboot:-:silent' }];
  }
  if (evidence.guestEnd === 'panicked') {
    return [{ kind: 'crash', title: 'kernel panic, with nothing in the log', fingerprint: 'panic:-:silent' }];
  }
  return [];
}

function errorWhy(evidence: CellEvidence): string {
  if (evidence.infraError !== undefined) return evidence.infraError;
  if (evidence.guestEnd === 'gone') return 'QEMU ended, and nothing in the kernel log says why';
  return 'no step of the scenario ran, so nothing is known about the kernel';
}

function reason(entry: KnownEntry): { because: string; bug?: string } {
  return { because: entry.because, ...(entry.bug === undefined ? {} : { bug: entry.bug }) };
}
