// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { DeadlineExpired, GuestDied } from '../../harness/guest/guest-errors.ts';
import { InfraError } from '../../harness/host/errors.ts';
import type { QemuExit } from '../../harness/machine/qemu-handle.ts';
import { Evidence } from '../../harness/run/evidence.ts';
import { explainSetupFailure, type SetupFailure } from '../../harness/run/setup-failure.ts';
import { judge, type Judgment } from '../../harness/verdict/judge.ts';
import { goldenText } from './logs.ts';

const boot = '[    0.000000] Linux version 6.12.107 (gcc)\n';
const deadlocked = `${boot}[    1.000000] Kernel panic - not syncing: System is deadlocked on memory\n`;
const oops = goldenText('6.1-kernel-bug');

function died(exit: Partial<QemuExit> = {}): GuestDied {
  return new GuestDied({ asked: false, exitCode: 0, signal: undefined, reason: undefined, stderr: '', ...exit });
}

function verdictOf(failure: Partial<SetupFailure>): Judgment {
  const evidence = new Evidence({ allow: [] });
  const whole = { title: 'boot', cause: died(), log: [], consoleText: boot, ...failure };
  for (const event of explainSetupFailure(whole, { console: 'console.log', hang: 'hang.txt' })) evidence.add(event);
  return judge({ ...evidence.seen, known: [], kernelVersion: '6.12.107', allow: [] });
}

describe('the kernel is to blame for a guest that was not set up', () => {
  it('when its console has a crash', () => {
    const { verdict, why } = verdictOf({ consoleText: `${boot}${oops}`, cause: died({ reason: 'guest-reset' }) });
    expect(verdict).toBe('crash');
    expect(why).toContain('kernel BUG in dax_insert_entry');
  });

  it('when its log has a crash, though the agent answered with an error', () => {
    const log = oops
      .split('\n')
      .map((text, kseq) => ({ priority: 4, kseq, us: kseq, text: text.replace(/^\[[^\]]*\] /, '') }));
    const { verdict } = verdictOf({ title: 'stack', log, cause: new InfraError('could not mount /mnt') });
    expect(verdict).toBe('crash');
  });

  it('when it resets or panics with nothing in the log', () => {
    expect(verdictOf({ cause: died({ reason: 'guest-reset' }) }).verdict).toBe('crash');
    expect(verdictOf({ cause: died({ reason: 'guest-panic' }) }).verdict).toBe('crash');
  });

  it('when it began to boot and then printed nothing more', () => {
    const { verdict, why, deviations } = verdictOf({ cause: new DeadlineExpired(60_000, []) });
    expect(verdict).toBe('hang');
    expect(why).toContain('hang in boot');
    expect(deviations[0]?.evidence).toBe('console.log');
  });

  it('when it hangs while it is set up, with the function that it hangs in', () => {
    const report = { title: 'hang in stack: mount: dax_lock_entry', function: 'dax_lock_entry', fingerprint: 'hang:x' };
    const failure = { title: 'stack', cause: new DeadlineExpired(20_000, [7]), hang: { report, text: 'task 7 ...' } };
    const { verdict, why, deviations } = verdictOf(failure);
    expect([verdict, deviations[0]?.evidence]).toEqual(['hang', 'hang.txt']);
    expect(why).toContain('dax_lock_entry');
  });

  it('when it runs out of memory after the boot: it may leak', () => {
    const { verdict } = verdictOf({
      title: 'stack',
      consoleText: deadlocked,
      cause: died({ reason: 'guest-panic' }),
    });
    expect(verdict).toBe('crash');
  });
});

describe('the infrastructure is to blame for a guest that was not set up', () => {
  it('when the machine has too little memory to boot this kernel', () => {
    const { verdict, why } = verdictOf({ consoleText: deadlocked, cause: died({ reason: 'guest-panic' }) });
    expect(verdict).toBe('error');
    expect(why).toContain('too little memory');
  });

  it('when the kernel never printed a line', () => {
    const { verdict, why } = verdictOf({ consoleText: '', cause: new DeadlineExpired(60_000, []) });
    expect(verdict).toBe('error');
    expect(why).toContain('can its image be booted?');
  });

  it('when QEMU ended by itself, with what it printed', () => {
    const { verdict, why } = verdictOf({ cause: died({ stderr: 'qemu: could not open nvdimm0', exitCode: 1 }) });
    expect(verdict).toBe('error');
    expect(why).toContain('could not open nvdimm0');
  });

  it('when the agent says on the console why it cannot work', () => {
    const { verdict, why } = verdictOf({ consoleText: `${boot}hazmat-agent: no virtio port\n`, cause: died() });
    expect([verdict, why]).toEqual(['error', 'boot: hazmat-agent: no virtio port']);
  });

  it('when only the agent does not answer', () => {
    const text = 'the agent does not answer: it waits in read, all CPUs are idle, and no task is blocked';
    const { verdict, why } = verdictOf({ title: 'processes', cause: new DeadlineExpired(20_000, []), hang: { text } });
    expect([verdict, why]).toEqual(['error', `processes: ${text}`]);
  });

  it('when a program in the guest failed, with what it printed', () => {
    const cause = new InfraError('could not make XFS on pmem0', { hint: 'mkfs.xfs: invalid option' });
    const { verdict, why } = verdictOf({ title: 'stack', cause });
    expect(verdict).toBe('error');
    expect(why).toContain('mkfs.xfs: invalid option');
  });
});
