// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { Evidence, type CellEvent } from '../../harness/run/evidence.ts';
import type { Accelerator } from '../../harness/machine/argv.ts';
import type { QemuExit } from '../../harness/machine/qemu-handle.ts';
import type { KnownEntry } from '../../harness/verdict/known.ts';
import { judge, type Judgment } from '../../harness/verdict/judge.ts';
import { goldenLines } from './logs.ts';

const where = { step: 'unbind', stepIndex: 2 };
const oops = goldenLines('6.1-kernel-bug');
const oopsTitle = 'kernel BUG in dax_insert_entry';
const held: CellEvent = { type: 'step', where, ok: true, title: '', seen: '' };
const unmet: CellEvent = {
  type: 'step',
  where,
  ok: false,
  title: 'signals: none',
  seen: 'none',
  wanted: 'one',
};
const qemuGone: CellEvent = { type: 'infrastructure', why: 'QEMU does not answer' };
const hung: CellEvent = {
  type: 'hang',
  report: { title: 'hang in unbind pmem0', function: undefined, fingerprint: 'hang:-:unbind' },
  evidence: 'hang.txt',
  where,
};

function ended(exit: Partial<QemuExit>, console: ReturnType<typeof goldenLines> = []): CellEvent {
  return {
    type: 'guest-ended',
    exit: { asked: false, exitCode: 0, signal: undefined, reason: undefined, stderr: '', ...exit },
    console,
    where,
  };
}

function verdictOf(
  events: readonly CellEvent[],
  options: { allow?: string[]; accelerator?: Accelerator; known?: KnownEntry[] } = {},
): Judgment {
  const { allow = [], accelerator = 'tcg', known = [] } = options;
  const evidence = new Evidence({ allow, accelerator });
  for (const event of events) evidence.add(event);
  return judge({ ...evidence.seen, known, kernelVersion: '6.12.107', allow });
}

describe('the kernel is to blame', () => {
  it('for a report in its log, in the step in which it came', () => {
    const { verdict, deviations } = verdictOf([
      { type: 'log', lines: oops, where },
      { type: 'log-ended', where },
    ]);
    expect(verdict).toBe('crash');
    expect(deviations).toMatchObject([{ kind: 'crash', title: oopsTitle, evidence: 'crash.txt', ...where }]);
  });

  it('for a fatal machine check, which a known issue covers by its function and by no other', () => {
    const known: KnownEntry[] = [{ kernels: '*', verdict: 'crash', report: 'copy_page', because: 'it has no way out' }];
    const check = (log: string): Judgment =>
      verdictOf([{ type: 'log', lines: goldenLines(log), where }, ended({ reason: 'guest-panic' })], { known });
    expect(check('6.12-machine-check-in-copy')).toMatchObject({ verdict: 'crash', expected: true });
    expect(check('6.12-machine-check-in-read')).toMatchObject({ verdict: 'crash', expected: false });
  });

  it('for a report that came while the stack was set up, in no step', () => {
    const { verdict, deviations } = verdictOf([{ type: 'log', lines: oops }, { type: 'log-ended' }, held]);
    expect(verdict).toBe('crash');
    expect(deviations[0]?.step).toBeUndefined();
  });

  it('for a report that is cut short because the guest ended in it', () => {
    const cut = goldenLines('6.12-oops-cut-short');
    const { verdict, why } = verdictOf([{ type: 'log', lines: cut, where }, ended({ reason: 'guest-reset' })]);
    expect(verdict).toBe('crash');
    expect(why).toContain('kill_dax');
  });

  it('for a report that only the console has, since the guest ended before the agent could send it', () => {
    const { verdict, why } = verdictOf([held, ended({ reason: 'guest-panic' }, oops)]);
    expect(verdict).toBe('crash');
    expect(why).toContain(oopsTitle);
  });

  it('once for a report that both the log and the console have', () => {
    const { deviations } = verdictOf([{ type: 'log', lines: oops, where }, ended({ reason: 'guest-panic' }, oops)]);
    expect(deviations).toHaveLength(1);
  });

  it('for a crash that only the console has, after a report that is allowed', () => {
    const allowed = goldenLines('7.2-rcu-stall').map((line) => ({ ...line, us: 1 }));
    const log: CellEvent = { type: 'log', lines: allowed, where };
    const silent: CellEvent = { type: 'silent', console: oops, where };
    const { verdict, why } = verdictOf([held, log, silent, hung], { allow: ['RCU stall*'] });
    expect(verdict).toBe('crash');
    expect(why).toContain(oopsTitle);
  });

  it('not for what the console has of the time before the scenario', () => {
    const heard: CellEvent = { type: 'heard', us: oops.at(-1)?.us ?? 0 };
    expect(verdictOf([heard, held, { type: 'silent', console: oops, where }, hung]).verdict).toBe('hang');
    expect(verdictOf([heard, held, ended({ signal: 'SIGKILL' }, oops)]).verdict).toBe('error');
  });

  it('not for a boot that the scenario asked for, which the console has as well', () => {
    const line = (us: number, text: string): (typeof oops)[number] => ({ us, text, stamped: true });
    const boots = [line(0, 'Linux version 6.12'), line(9e6, 'systemd'), line(0, 'Linux version 6.12'), line(5, 'ok')];
    const silent: CellEvent = { type: 'silent', console: boots, where };
    expect(verdictOf([held, { type: 'rebooted' }, silent, hung]).verdict).toBe('hang');
    const later: CellEvent = { type: 'silent', console: [...boots, ...oops], where };
    expect(
      verdictOf([held, { type: 'log', lines: oops.slice(0, 1), where }, { type: 'rebooted' }, later, hung]).why,
    ).toContain(oopsTitle);
  });

  it('for a panic with nothing in the log', () => {
    const { verdict, why } = verdictOf([held, ended({ reason: 'guest-panic' })]);
    expect(verdict).toBe('crash');
    expect(why).toContain('kernel panic, with nothing in the log');
  });

  it('for a reset that no step asked for', () => {
    const { verdict, why } = verdictOf([held, ended({ reason: 'guest-reset' })]);
    expect(verdict).toBe('crash');
    expect(why).toContain('unexpected reboot');
  });

  it('for a second boot in the log that no step asked for', () => {
    const lines = goldenLines('7.2-unexpected-reboot');
    expect(verdictOf([{ type: 'log', lines, where }, held]).verdict).toBe('crash');
  });

  it('for a hang', () => {
    const { verdict, deviations } = verdictOf([held, hung]);
    expect(verdict).toBe('hang');
    expect(deviations).toMatchObject([{ kind: 'hang', evidence: 'hang.txt', ...where }]);
  });

  it('for a hang that its own watchdog reports', () => {
    const lines = goldenLines('7.2-rcu-stall');
    expect(verdictOf([held, { type: 'log', lines, where }, { type: 'log-ended', where }]).verdict).toBe('hang');
  });

  it('for a crash before it hung: the crash is the verdict', () => {
    expect(verdictOf([{ type: 'log', lines: oops, where }, { type: 'log-ended', where }, hung]).verdict).toBe('crash');
  });

  it('for an error of the infrastructure that followed from a crash', () => {
    const { verdict } = verdictOf([{ type: 'log', lines: oops, where }, { type: 'log-ended', where }, qemuGone]);
    expect(verdict).toBe('crash');
  });

  it('for an expectation that is not met, with what was expected and seen', () => {
    const { verdict, deviations } = verdictOf([held, unmet]);
    expect(verdict).toBe('fail');
    expect(deviations).toMatchObject([{ kind: 'fail', seen: 'none', wanted: 'one', evidence: 'dmesg.txt', ...where }]);
  });

  it.each(['6.1-int3', '6.12-real-impossible-flags-jump-to-0'])('for a crash that %s follows', (golden) => {
    const later: CellEvent = { type: 'log', lines: goldenLines(golden), where };
    const { verdict, deviations } = verdictOf([
      { type: 'log', lines: oops, where },
      later,
      { type: 'log-ended', where },
    ]);
    expect([verdict, deviations.map(({ title }) => title)]).toEqual(['crash', [oopsTitle]]);
  });

  it('for an int3 where the emulator has no race, as under KVM', () => {
    const lines = goldenLines('6.1-int3');
    const { verdict } = verdictOf([held, { type: 'log', lines, where }, { type: 'log-ended', where }], {
      accelerator: 'kvm',
    });
    expect(verdict).toBe('crash');
  });
});

describe('the infrastructure is to blame', () => {
  it('for an error of its own', () => {
    const { verdict, why } = verdictOf([held, qemuGone]);
    expect([verdict, why]).toEqual(['error', 'QEMU does not answer']);
  });

  it('for the first of several errors: the others follow from it', () => {
    expect(verdictOf([qemuGone, { type: 'infrastructure', why: 'the disk is full' }]).why).toBe('QEMU does not answer');
  });

  it('for a QEMU that ends without a panic, a reset or a report', () => {
    const { verdict, why } = verdictOf([held, ended({ signal: 'SIGKILL' })]);
    expect(verdict).toBe('error');
    expect(why).toContain('nothing in the kernel log says why');
  });

  it('for an error, though an expectation was not met before', () => {
    expect(verdictOf([unmet, qemuGone]).verdict).toBe('error');
  });

  it('for an int3 under TCG, and for everything that came after it', () => {
    const lines = goldenLines('6.1-int3');
    const { verdict, why, deviations } = verdictOf([{ type: 'log', lines, where }, { type: 'log-ended', where }, hung]);
    expect(verdict).toBe('error');
    expect(why).toContain('race of TCG');
    expect(deviations).toEqual([]);
  });

  it('for a scenario of which no step ran', () => {
    expect(verdictOf([]).verdict).toBe('error');
  });
});

describe('a guest whose time was not the host’s', () => {
  const fast: CellEvent = { type: 'clock', tooFast: 'the guest’s clock is wrong', stoppedMs: 0 };
  const log = (lines: ReturnType<typeof goldenLines>): CellEvent => ({ type: 'log', lines, where });
  const stalled = {
    us: 30_000_000,
    stamped: true,
    text: 'watchdog: BUG: soft lockup - CPU#0 stuck for 26s! [swapper/0:1]',
  };

  it('shows nothing of the kernel when its clock is wrong: neither hang, crash nor deviation', () => {
    const seen = new Evidence({ allow: [] });
    for (const event of [log(oops), unmet, hung, fast]) seen.add(event);
    expect(seen.seen).toMatchObject({ infraError: 'the guest’s clock is wrong', crashes: [], deviations: [] });
    expect(seen.seen.hang).toBeUndefined();
  });

  it('may report a stall because it was stopped; any other crash is the kernel’s still', () => {
    for (const [lines, stoppedMs, blamed] of [
      [[stalled], 70_000, false],
      [[stalled], 0, true],
      [goldenLines('6.12-real-hung-task'), 70_000, false],
      [goldenLines('6.12-real-hung-task'), 0, true],
      [oops, 70_000, true],
      // Its usual consequence, some seconds later.
      [[...oops, { ...stalled, us: (oops.at(-1)?.us ?? 0) + 20_000_000 }], 70_000, true],
    ] as const) {
      const seen = new Evidence({ allow: [] });
      for (const event of [log([...lines]), { type: 'log-ended' as const }, { ...fast, tooFast: undefined, stoppedMs }])
        seen.add(event);
      expect(seen.seen.crashes.length > 0).toBe(blamed);
    }
  });
});

it('shows nothing of the kernel when poison that was consumed was not raised', () => {
  const seen = new Evidence({ allow: [] });
  for (const event of [unmet, hung, { type: 'not-raised' as const, why: 'QEMU did not raise it' }]) seen.add(event);
  expect(seen.seen).toMatchObject({ infraError: 'QEMU did not raise it', crashes: [], deviations: [] });
  expect(seen.seen.hang).toBeUndefined();
});

it('shows nothing of the kernel when it died of a machine check that came after the load of poison', () => {
  const died: CellEvent = { type: 'log', lines: goldenLines('6.12-machine-check-in-copy'), where };
  const taken = 0xffffffff81c4f0a7n;
  const seenWith = (instruction: bigint, page = 0x140003000): Evidence['seen'] => {
    const seen = new Evidence({ allow: [] });
    for (const event of [
      died,
      { type: 'log-ended' as const },
      { type: 'kernel-loads' as const, loads: [{ instruction, page }] },
    ])
      seen.add(event);
    return seen.seen;
  };
  expect(seenWith(taken - 4n)).toMatchObject({ crashes: [], deviations: [] });
  expect(seenWith(taken - 4n).infraError).toContain('after the load of poison');
  for (const seen of [seenWith(taken), seenWith(taken - 4n, 0x140004000)]) {
    expect(seen.infraError).toBeUndefined();
    expect(seen.crashes).toHaveLength(1);
  }
});

describe('nobody is to blame', () => {
  it('when every expectation is met', () => {
    expect(verdictOf([held]).verdict).toBe('pass');
  });

  it('for a report that the scenario allows', () => {
    const { verdict, allowed } = verdictOf([held, { type: 'log', lines: oops, where }, { type: 'log-ended', where }], {
      allow: ['kernel BUG in *'],
    });
    expect([verdict, allowed]).toEqual(['pass', [oopsTitle]]);
  });

  it('for a reboot that a step asked for', () => {
    const lines = goldenLines('7.2-unexpected-reboot');
    const [before, boot] = [lines.slice(0, 2), lines.slice(2)];
    const events: CellEvent[] = [
      { type: 'log', lines: before, where },
      { type: 'rebooted' },
      { type: 'log', lines: boot, where },
      held,
    ];
    expect(verdictOf(events).verdict).toBe('pass');
  });

  it('for what the kernel logs when it works', () => {
    for (const name of ['none-6.12-ghes', 'none-6.12-real-unbind', 'none-7.2-real-boot']) {
      expect(
        verdictOf([{ type: 'log', lines: goldenLines(name), where }, { type: 'log-ended', where }, held]).verdict,
      ).toBe('pass');
    }
  });
});

describe('what was given is to blame', () => {
  it('when no kernel could be built from it', () => {
    const { verdict, why, expected } = verdictOf([{ type: 'unbuilt', why: 'patch 2 does not apply' }]);
    expect([verdict, why, expected]).toEqual(['unbuilt', 'patch 2 does not apply', false]);
  });

  it('not when the kernel cannot run the scenario: that is a skip', () => {
    const { verdict, why, expected } = verdictOf([{ type: 'skipped', why: 'no module nfit' }]);
    expect([verdict, why, expected]).toEqual(['skip', 'no module nfit', true]);
  });
});

describe('while the cell runs', () => {
  it('tells that a report has begun, and that it has ended', () => {
    const evidence = new Evidence({ allow: [] });
    evidence.add({ type: 'log', lines: oops.slice(0, 10), where });
    expect(evidence.reportIsOpen).toBe(true);
    evidence.add({ type: 'log', lines: oops.slice(10), where });
    evidence.add({ type: 'log-ended', where });
    expect(evidence.reportIsOpen).toBe(false);
    expect(evidence.crash?.title).toBe(oopsTitle);
  });

  it('does not end the scenario for a report that is allowed, or that is a hang', () => {
    const allowed = new Evidence({ allow: [oopsTitle] });
    allowed.add({ type: 'log', lines: oops, where });
    expect(allowed.crash).toBeUndefined();
    const stalled = new Evidence({ allow: [] });
    stalled.add({ type: 'log', lines: goldenLines('7.2-rcu-stall'), where });
    stalled.add({ type: 'log-ended', where });
    expect(stalled.crash).toBeUndefined();
    expect(stalled.reports).toHaveLength(1);
  });
});
