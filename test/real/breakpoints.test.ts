// SPDX-License-Identifier: GPL-2.0-only
// The lines of a shipped series, recorded by QEMU's log and by breakpoints: the same lines. There is no KVM where this was written, so
// the breakpoints are those of TCG.

import { expect, test } from 'vitest';
import { buildNeeds, installLine, missingNeeds } from '../../harness/host/needs.ts';
import { hazmat, latestRun } from './hazmat.ts';

const series = '7.2+kernels/series/pmem-recovery-write-bad-buffer';
const scenarios = ['recover/bad-buffer', 'recover/aligned-write', 'poison/ars-reboot'];
const missing = missingNeeds(buildNeeds);
if (missing.length > 0) console.log(`skipped: building kernel modules needs ${installLine(missing)}`);

test.skipIf(missing.length > 0)('breakpoints and the log of translated code agree on every line', async () => {
  const recorded = async (recorder: string) => {
    const { results, exitCode } = await hazmat(['run', ...scenarios, '-k', series], { HAZMAT_RECORDER: recorder });
    expect(exitCode).toBe(0);
    const { cells, kernelFacts } = latestRun(results);
    const lines = kernelFacts[0]?.changed?.lines ?? [];
    const withCode = lines.flatMap(({ code }, index) => (code ? [index] : []));
    return { withCode, byScenario: new Map(cells.map(({ scenario, coverage }) => [scenario, coverage])) };
  };
  const [log, breakpoints] = [await recorded('log'), await recorded('breakpoints')];
  for (const scenario of scenarios) {
    const { executed, perhaps } = log.byScenario.get(scenario) ?? {};
    expect(breakpoints.byScenario.get(scenario), scenario).toEqual({ executed, perhaps, withoutBoot: true });
  }
  // One of them ends before the rest of the function.
  const executed = scenarios.map((scenario) => log.byScenario.get(scenario)?.executed ?? []);
  expect(new Set(executed.flat())).toEqual(new Set(log.withCode));
  expect(executed[0]?.length).toBeLessThan(log.withCode.length);
});
