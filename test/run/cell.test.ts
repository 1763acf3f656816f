// SPDX-License-Identifier: GPL-2.0-only
// The rules of one cell, in a guest that follows a script.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { RequestError } from '../../harness/guest/channel.ts';
import { GuestDied, SetupFailed } from '../../harness/guest/guest-errors.ts';
import { InfraError, UsageError } from '../../harness/host/errors.ts';
import type { CellResult, RunEventBody } from '../../harness/results/events.ts';
import { runCell, type PreparedCell } from '../../harness/run/cell.ts';
import type { LoadedStep } from '../../harness/scenario/load.ts';
import { findScenarios } from '../../harness/scenario/load.ts';
import { planCells, planGuest } from '../../harness/scenario/plan.ts';
import { join } from '../../harness/scenario/steps/join.ts';
import { stepKind, type StepReport } from '../../harness/scenario/step.ts';
import type { StepContext } from '../../harness/scenario/step-context.ts';
import { FakeGuest, FakeQemu, silence, type Answers } from '../guest/fake-guest.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { goldenRecords, goldenText } from './logs.ts';

const task = { pid: 4242, comm: 'umount', state: 'D', wchan: 'dax_layout_busy_page', stack: '', syscall: '' };

type Run = (context: StepContext) => Promise<StepReport> | StepReport;

/** A step that does what a test wants. */
function step(run: Run, options: { acts?: boolean; withinMs?: number; key?: string } = {}): LoadedStep {
  const { acts = false, withinMs = 1000, key = 'probe' } = options;
  const kind = stepKind({
    key,
    title: key,
    example: key,
    acts,
    schema: z.string(),
    label: (label: string) => label,
    run: async (_label: string, context) => run(context),
  });
  return { kind, args: 'it', deadlineMs: withinMs, kernels: undefined };
}

const met = step(() => ({ ok: true, seen: 'as expected' }));
const unmet = step(() => ({ ok: false, wanted: 'a signal', seen: 'no signal' }), { key: 'signals' });
const ping: Run = async ({ guest }) => {
  await guest.request('ping', {});
  return { ok: true, seen: 'it answered' };
};

interface Ran {
  result: CellResult;
  events: RunEventBody[];
  guest: FakeGuest;
  file: (name: string) => string;
  has: (name: string) => boolean;
}

/** Runs a cell of these steps. `prepare`: what happens in the place of a guest. */
async function runSteps(
  steps: readonly LoadedStep[],
  options: {
    answers?: Answers;
    prepare?: () => Promise<PreparedCell>;
    fork?: PreparedCell['fork'];
    skip?: string;
    signal?: AbortSignal;
    allow?: string[];
  } = {},
): Promise<Ran> {
  const folder = temporaryFolder();
  const [scenario] = findScenarios(['remove/shared-mappers']);
  if (scenario === undefined) throw new Error('no scenario');
  const allow = (options.allow ?? []).map((title) => ({ title, because: 'a test' }));
  const [plan] = planCells([{ ...scenario, known: [], spec: { ...scenario.spec, allow } }], ['6.12'], 1);
  if (plan === undefined) throw new Error('no cell');
  const guest = new FakeGuest({ diagnose: { tasks: [task] }, ...options.answers });
  const prepared: PreparedCell = {
    needs: { ...planGuest(scenario, '6.12.107'), steps: [...steps] },
    accelerator: 'tcg',
    facts: {},
    modules: [],
    log: [],
    bootRecords: 0,
    recording: () => undefined,
    fork: options.fork ?? (() => Promise.resolve(guest)),
  };
  const events: RunEventBody[] = [];
  const result = await runCell(plan, {
    kernelVersion: '6.12.107',
    vmlinux: undefined,
    prepare: options.prepare ?? (() => Promise.resolve(prepared)),
    skip: options.skip,
    folder,
    emit: (event) => events.push(event),
    signal: options.signal ?? new AbortController().signal,
  });
  const at = (name: string): string => path.join(folder, name);
  return { result, events, guest, file: (name) => readFileSync(at(name), 'utf8'), has: (name) => existsSync(at(name)) };
}

it('is skipped when a step finds that it does not apply, and keeps the files that the step has', async () => {
  const files = new Map([['xfs/550.full', 'all of it\n']]);
  const skipped = step(() => ({ ok: true, seen: 'not run', skip: 'xfs/550 was not run: no reflink', files }));
  const { result, events, file } = await runSteps([skipped, met]);
  expect(result).toMatchObject({ verdict: 'skip', expected: true, why: 'xfs/550 was not run: no reflink' });
  expect(events.filter(({ type }) => type === 'step-started')).toHaveLength(1);
  expect(file('suite/xfs/550.full')).toBe('all of it\n');
});

describe('a step in the background', () => {
  const named = (name: string): LoadedStep => ({ ...step(() => ({ ok: true, seen: '' })), kind: join, args: name });

  it('runs while the next ones do, and counts where it is joined', async () => {
    const order: string[] = [];
    const slow = step(async ({ guest }) => {
      await guest.request('ping', {});
      await new Promise((resolve) => setTimeout(resolve, 30));
      order.push('slow');
      return { ok: false, wanted: 'a signal', seen: 'no signal' };
    });
    const quick = step(() => {
      order.push('quick');
      return { ok: true, seen: 'as expected' };
    });
    const { result, events } = await runSteps([{ ...slow, background: 'a' }, quick, named('a')]);
    expect(order).toEqual(['quick', 'slow']);
    expect(result).toMatchObject({ verdict: 'fail' });
    expect(result.deviations.map(({ step: key, stepIndex }) => [key, stepIndex])).toEqual([['join', 2]]);
    const ended = events.flatMap((event) => (event.type === 'step-ended' ? [[event.label, event.seen]] : []));
    expect(ended).toEqual([
      ['it (in the background as a)', 'begun'],
      ['it', 'as expected'],
      ['a', 'no signal'],
    ]);
  });

  it('that does not end is a hang where it is joined', async () => {
    const slow = step(ping, { withinMs: 50 });
    const { result } = await runSteps([{ ...slow, background: 'a' }, met, named('a')], { answers: { ping: silence } });
    expect(result.verdict).toBe('hang');
  });
});

describe('steps', () => {
  it('run in order, are reported, and pass when all expectations are met', async () => {
    const { result, events, guest, file } = await runSteps([met, met]);
    expect(result).toMatchObject({ verdict: 'pass', expected: true });
    expect(events.map(({ type }) => type)).toEqual([
      'cell-started',
      ...['step-started', 'step-ended', 'step-started', 'step-ended'],
      'cell-ended',
    ]);
    expect(guest.ended).toBe(true);
    expect(file('qemu.txt')).toContain('qemu-system-x86_64');
  });

  it('go on after an expectation that is not met', async () => {
    let ran = false;
    const last = step(() => {
      ran = true;
      return { ok: true, seen: '' };
    });
    const { result } = await runSteps([unmet, last]);
    expect(result.verdict).toBe('fail');
    expect(result.deviations).toMatchObject([{ step: 'signals', stepIndex: 0, wanted: 'a signal', seen: 'no signal' }]);
    expect(ran).toBe(true);
  });

  it('end at an act that does not succeed', async () => {
    const act = step(() => ({ ok: false, wanted: 'unmounted', seen: 'EBUSY' }), { acts: true, key: 'unmount' });
    let ran = false;
    const last = step(() => {
      ran = true;
      return { ok: true, seen: '' };
    });
    const { result } = await runSteps([met, act, last]);
    expect(result.verdict).toBe('fail');
    expect(ran).toBe(false);
  });

  it('go on after an act that was done, but took too long', async () => {
    const seen = { ok: false, wasDone: true, wanted: 'at most 2 s', seen: 'unmounted, but it took 3 s' };
    const act = step(() => seen, { acts: true, key: 'unmount' });
    const { result } = await runSteps([act, unmet]);
    expect(result.deviations.map((one) => one.step)).toEqual(['unmount', 'signals']);
  });

  it('pass when all of them act and succeed', async () => {
    const act = step(() => ({ ok: true, seen: 'unmounted' }), { acts: true, key: 'unmount' });
    expect((await runSteps([act])).result.verdict).toBe('pass');
  });
});

it('events of QEMU are recorded until the guest is ended', async () => {
  const resetting = step(({ guest }) => {
    const { qemu } = guest;
    if (qemu instanceof FakeQemu) {
      qemu.happens({ event: 'RESET', data: { guest: true, reason: 'guest-reset' } });
      qemu.happens({ event: 'STOP', data: {} });
    }
    return { ok: true, seen: 'it was reset' };
  });
  const { events } = await runSteps([resetting, met]);
  expect(events.flatMap((event) => (event.type === 'qemu-event' ? [[event.event, event.data]] : []))).toEqual([
    ['RESET', { guest: true, reason: 'guest-reset' }],
    ['STOP', undefined],
  ]);
});

it('the clock of the guest is recorded before the first step and after each reboot', async () => {
  const rebooting = step(async ({ guest }) => {
    await guest.reboot();
    return { ok: true, seen: 'it rebooted' };
  });
  const { events } = await runSteps([met, rebooting, met], {
    fork: () => {
      const guest = new FakeGuest({ diagnose: { tasks: [task] } });
      const now = performance.now();
      guest.clock.pinged({ asked: now, heard: now, uptimeMs: 60_000 });
      return Promise.resolve(guest);
    },
  });
  expect(events.map(({ type }) => type)).toEqual([
    'cell-started',
    ...['guest-clock', 'step-started', 'step-ended', 'step-started', 'step-ended'],
    ...['guest-clock', 'step-started', 'step-ended', 'cell-ended'],
  ]);
  const [first] = events.flatMap((event) => (event.type === 'guest-clock' ? [event.uptimeMs] : []));
  expect(first).toBeGreaterThanOrEqual(60_000);
});

describe('the kernel log', () => {
  it('makes the step a crash in which the kernel logs one, and ends the scenario', async () => {
    let ran = false;
    const last = step(() => {
      ran = true;
      return { ok: true, seen: '' };
    });
    const { result, file } = await runSteps([step(ping, { key: 'unbind' }), last], {
      answers: {
        ping: (_args, guest) => {
          if (guest.log.length === 0) guest.say(...goldenRecords('6.1-kernel-bug'));
          return { uptimeMs: 1 };
        },
      },
    });
    expect(result).toMatchObject({ verdict: 'crash', why: expect.stringContaining('during unbind') as string });
    expect(file('crash.txt')).toContain('kernel BUG in dax_insert_entry');
    expect(file('dmesg.txt')).toContain('kernel BUG at fs/dax.c:412!');
    expect(ran).toBe(false);
  });

  it('is read to the end of a report that has begun', async () => {
    const [head, tail] = [goldenRecords('6.1-kernel-bug').slice(0, 10), goldenRecords('6.1-kernel-bug').slice(10)];
    let pings = 0;
    const { result, file } = await runSteps([step(ping)], {
      answers: {
        ping: (_args, guest) => {
          pings++;
          if (pings === 1) guest.say(...head);
          if (pings === 3) guest.say(...tail);
          return { uptimeMs: 1 };
        },
      },
    });
    expect(result.verdict).toBe('crash');
    expect(file('crash.txt')).toContain('---[ end trace');
  });

  it('does not end the scenario for a report that is allowed', async () => {
    const { result } = await runSteps([step(ping), met], {
      allow: ['kernel BUG in *'],
      answers: {
        ping: (_args, guest) => {
          if (guest.log.length === 0) guest.say(...goldenRecords('6.1-kernel-bug'));
          return { uptimeMs: 1 };
        },
      },
    });
    expect(result.verdict).toBe('pass');
  });
});

describe('a step that the kernel crashes under', () => {
  const report = goldenRecords('6.1-kernel-bug');
  const crashes: Answers = {
    ping: (_args, guest) => {
      // Nothing is logged after the report, so nothing shows that it is over.
      if (guest.log.length === 0) guest.say(...report);
      return silence();
    },
  };

  it('is a crash, not only a hang, when its deadline expires', async () => {
    const { result, file } = await runSteps([step(ping, { withinMs: 30, key: 'unbind' })], { answers: crashes });
    expect(result).toMatchObject({ verdict: 'crash', why: expect.stringContaining('during unbind') as string });
    expect(result.deviations.map(({ kind }) => kind)).toEqual(['crash', 'hang']);
    expect(file('crash.txt')).toContain('kernel BUG in dax_insert_entry');
  });

  it('is a crash when only the console has the report', async () => {
    const { result, file } = await runSteps([step(ping, { withinMs: 30, key: 'unbind' })], {
      answers: {
        ping: (_args, guest) => {
          guest.console = report.map((text, index) => `[   18.${500_000 + index}] ${text}\n`).join('');
          return silence();
        },
      },
    });
    expect(result.deviations.map(({ kind }) => kind)).toEqual(['crash', 'hang']);
    expect(file('crash.txt')).toContain('kernel BUG in dax_insert_entry');
  });

  it('is not waited for until its deadline', async () => {
    const { result, events, guest } = await runSteps([step(ping, { withinMs: 3_600_000, key: 'unbind' }), met], {
      answers: crashes,
    });
    expect(result).toMatchObject({ verdict: 'crash', deviations: [{ kind: 'crash', step: 'unbind' }] });
    const ends = events.flatMap((event) => (event.type === 'step-ended' ? [event.seen] : []));
    expect(ends).toEqual(['the kernel crashed: kernel BUG in dax_insert_entry']);
    expect(guest.asked.map(({ op }) => op)).not.toContain('diagnose');
  }, 30_000);
});

describe('a deadline', () => {
  it('that expires is a hang, and the guest is asked why', async () => {
    const { result, guest, file } = await runSteps([step(ping, { withinMs: 30, key: 'unmount' })], {
      answers: { ping: silence },
    });
    expect(result).toMatchObject({ verdict: 'hang', why: expect.stringContaining('unmount it') as string });
    expect(guest.asked.map(({ op }) => op)).toContain('diagnose');
    expect(file('hang.txt')).toContain('umount');
  });

  it('is one for all requests of a step, however many it makes', async () => {
    const many = step(
      async ({ guest }) => {
        for (;;) await guest.request('ping', {});
      },
      { withinMs: 60 },
    );
    const slow = async (): Promise<{ uptimeMs: number }> => {
      await new Promise((resolve) => setTimeout(resolve, 10));
      return { uptimeMs: 1 };
    };
    const { result } = await runSteps([many], { answers: { ping: slow } });
    expect(result.verdict).toBe('hang');
    expect(result.deviations[0]?.title).toContain('hang');
  });

  it('also holds a step that waits for something else than the guest', async () => {
    const { result } = await runSteps([step(silence, { withinMs: 30 })]);
    expect(result.verdict).toBe('hang');
  });

  it('that expires after the last step is the silent agent’s, not the kernel’s', async () => {
    const { result } = await runSteps([met], { answers: { ping: (_args, guest) => guest.late() } });
    expect(result).toMatchObject({ verdict: 'error', why: 'the agent no longer answers' });
  });
});

describe('a guest that ends', () => {
  it.each([
    ['guest-reset', 'crash', 'unexpected reboot'],
    ['guest-panic', 'crash', 'kernel panic'],
    [undefined, 'error', 'QEMU ended'],
  ])('for the reason %s is %s', async (reason, verdict, why) => {
    const { result } = await runSteps([met, step(ping)], {
      answers: { ping: (_args, guest) => guest.die({ reason }) },
    });
    expect(result.verdict).toBe(verdict);
    expect(result.why).toContain(why);
  });

  it('with the reason on its console only is the crash that the console names', async () => {
    const { result } = await runSteps([step(ping)], {
      answers: {
        ping: (_args, guest) => {
          guest.console = goldenRecords('6.1-kernel-bug')
            .map((text, index) => `[   18.${500_000 + index}] ${text}\n`)
            .join('');
          return guest.die({ reason: 'guest-panic' });
        },
      },
    });
    expect(result.why).toContain('kernel BUG in dax_insert_entry');
  });
});

describe('an error of the harness', () => {
  it('in a step is this cell’s, and names the step', async () => {
    const bad = step(() => Promise.reject(new InfraError('ndctl is not in the guest')), { key: 'poison' });
    const { result } = await runSteps([bad]);
    expect(result).toMatchObject({ verdict: 'error', why: 'poison: ndctl is not in the guest' });
  });

  it('that nobody foresaw is this cell’s, with its stack in the folder', async () => {
    const bad = step(() => {
      throw new TypeError('seeds is undefined');
    });
    const { result, file, guest } = await runSteps([bad]);
    expect(result.verdict).toBe('error');
    expect(result.why).toContain('seeds is undefined');
    expect(file('error.txt')).toMatch(/TypeError: seeds is undefined\n\s+at /);
    expect(guest.ended).toBe(true);
  });

  it('is the kernel’s if its log says why the agent’s process ended', async () => {
    const killed = step(({ guest }) =>
      guest.request('pread', { file: '/mnt/data', offset: 0, length: 1 }).then(() => ({ ok: true, seen: '' })),
    );
    const { result } = await runSteps([killed], {
      answers: {
        pread: (_args, guest) => {
          guest.say(...goldenRecords('6.1-kernel-bug'));
          throw new RequestError('pread', 'its process ended', 'signal 9 SIGKILL');
        },
      },
    });
    expect(result.verdict).toBe('crash');
  });

  it('is the kernel’s when it has killed the process by a SIGBUS that the handler could not take', async () => {
    const killed = step(({ guest }) =>
      guest.request('pread', { file: '/mnt/data', offset: 0, length: 1 }).then(() => ({ ok: true, seen: '' })),
    );
    const { result } = await runSteps([killed], {
      answers: {
        pread: () => {
          throw new RequestError('pread', 'touch: process "early/1" has ended: signal 7 SIGBUS', 'signal 7 SIGBUS');
        },
      },
    });
    expect(result).toMatchObject({ verdict: 'fail', expected: false });
    expect(result.why).toContain('early/1 was killed by SIGBUS, outside of its handler');
  });

  const forcibly = 'Memory failure: 0x20018: forcibly killing early:71 because of failure to unmap corrupted page';
  it.each([
    ['signal 9 SIGKILL', [forcibly], 'fail', 'early/1 was killed by SIGKILL'],
    ['signal 11 SIGSEGV', [], 'fail', 'early/1 was killed by SIGSEGV'],
    ['signal 9 SIGKILL', ['Out of memory: Killed process 71 (victim)'], 'error', 'early/1'],
    ['signal 9 SIGKILL', [], 'error', 'early/1'],
  ])('is the kernel’s when it has killed the process: %s %s', async (ending, log, verdict, why) => {
    const killed = step(({ guest }) =>
      guest.request('pread', { file: '/mnt/data', offset: 0, length: 1 }).then(() => ({ ok: true, seen: '' })),
    );
    const { result } = await runSteps([killed], {
      answers: {
        pread: (_args, guest) => {
          guest.say(...log);
          throw new RequestError('pread', `touch: process "early/1" has ended: ${ending}`, ending);
        },
      },
    });
    expect(result.verdict).toBe(verdict);
    expect(result.why).toContain(why);
  });

  it('that came because the kernel had ended the guest is the kernel’s', async () => {
    const guest = new FakeGuest();
    const route = step(() => {
      guest.qemu.die({ reason: 'guest-panic' });
      return Promise.reject(new InfraError('QEMU ended before it answered'));
    });
    const { result } = await runSteps([route], { fork: () => Promise.resolve(guest) });
    expect(result).toMatchObject({
      verdict: 'crash',
      deviations: [{ title: 'kernel panic, with nothing in the log' }],
    });
  });

  it('that records of the kernel log were lost is no pass', async () => {
    const lossy = step(ping);
    const { result } = await runSteps([lossy], {
      answers: {
        ping: (_args, guest) => {
          guest.logLost = true;
          return { uptimeMs: 1 };
        },
      },
    });
    expect(result).toMatchObject({ verdict: 'error', expected: false });
    expect(result.why).toContain('records of the kernel log were lost');
  });

  it('at the fork is the kernel’s when it has ended the guest', async () => {
    const exit = { asked: false, exitCode: 0, signal: undefined, reason: 'guest-panic', stderr: '' };
    const { result } = await runSteps([met], { fork: () => Promise.reject(new GuestDied(exit)) });
    expect(result.verdict).toBe('crash');
    const gone = { ...exit, reason: undefined, stderr: 'load of migration failed' };
    const { result: other } = await runSteps([met], { fork: () => Promise.reject(new GuestDied(gone)) });
    expect(other).toMatchObject({ verdict: 'error' });
    expect(other.why).toContain('load of migration failed');
  });

  it('at the fork is this cell’s', async () => {
    const { result } = await runSteps([met], { fork: () => Promise.reject(new InfraError('no memory')) });
    expect(result).toMatchObject({ verdict: 'error', why: 'the guest could not be forked: no memory' });
  });
});

describe('a cell without a guest', () => {
  it('is unbuilt when what was given makes no kernel', async () => {
    const { result } = await runSteps([met], {
      prepare: () => Promise.reject(new UsageError('patch 1 does not apply')),
    });
    expect(result).toMatchObject({ verdict: 'unbuilt', expected: false, why: 'patch 1 does not apply' });
  });

  it('is an error when a kernel cannot be fetched', async () => {
    const { result } = await runSteps([met], { prepare: () => Promise.reject(new InfraError('no network')) });
    expect(result).toMatchObject({ verdict: 'error', why: 'no network' });
  });

  it('keeps console and log of a guest that could not be set up', async () => {
    const failed = new SetupFailed('stack', new InfraError('mkfs.xfs failed'), [], '[    0.000000] Linux version\n');
    const { result, file, has } = await runSteps([met], { prepare: () => Promise.reject(failed) });
    expect(result).toMatchObject({ verdict: 'error', why: 'stack: mkfs.xfs failed' });
    expect(file('console.log')).toContain('Linux version');
    expect(has('dmesg.txt')).toBe(true);
  });

  it.each([
    ['tcg' as const, 'error'],
    ['kvm' as const, 'crash'],
  ])('whose set-up ended with an int3 is put down to whom it is of with %s', async (accelerator, verdict) => {
    const failed = new SetupFailed('stack', new InfraError('no answer'), [], goldenText('6.1-int3'), { accelerator });
    expect((await runSteps([met], { prepare: () => Promise.reject(failed) })).result.verdict).toBe(verdict);
  });

  it('is a skip when this kernel cannot run it; nothing is prepared', async () => {
    const { result } = await runSteps([met], {
      skip: 'no module nfit',
      prepare: () => Promise.reject(new Error('prepared')),
    });
    expect(result).toMatchObject({ verdict: 'skip', expected: true, why: 'no module nfit' });
  });
});

it('an interruption is no verdict', async () => {
  const controller = new AbortController();
  const stop = step(async () => {
    controller.abort(new Error('interrupted'));
    return silence();
  });
  await expect(runSteps([stop], { signal: controller.signal })).rejects.toThrow('interrupted');
});

it('signals of the guest’s processes are reported', async () => {
  const { events } = await runSteps([step(ping)], {
    answers: {
      ping: (_args, guest) => {
        guest.hit({ process: 'mappers/1', page: 3 });
        return { uptimeMs: 1 };
      },
    },
  });
  expect(events).toContainEqual(
    expect.objectContaining({ type: 'signal', process: 'mappers/1', signal: 'SIGBUS', code: 'BUS_MCEERR_AO', page: 3 }),
  );
});

describe('what a guest says without end', () => {
  it('is cut in titles and in what was seen, and is whole in a file that the cut text names', async () => {
    const line = 'é'.repeat(1 << 20);
    const long = step(() => ({ ok: false, wanted: `no ${line}`, seen: line, notes: [line] }), { key: 'run' });
    const { result, events, file } = await runSteps([long]);
    const [deviation] = result.deviations;
    expect(deviation?.title).toHaveLength(300);
    expect(deviation?.seen).toMatch(/^é+…\n\(1048576 characters in all, in step-1-seen\.txt\)$/);
    expect(deviation?.wanted).toMatch(/in step-1-wanted\.txt\)$/);
    expect(file('step-1-seen.txt')).toBe(line);
    expect(JSON.stringify(events).length).toBeLessThan(50_000);
  });

  it('is cut in an infrastructure error, too', async () => {
    const failing = step(() => {
      throw new InfraError('x'.repeat(1 << 20));
    });
    const { result, file } = await runSteps([failing]);
    expect(result.verdict).toBe('error');
    expect(result.why.length).toBeLessThan(5000);
    expect(file('step-1-error.txt')).toHaveLength(1 << 20);
  });

  it('hides no report of the kernel in a log that is too long to be kept', async () => {
    const text = 'x'.repeat(5000);
    const { result, events, file } = await runSteps([step(ping), met], {
      answers: {
        ping: (_args, guest) => {
          if (guest.log.length > 0) return { uptimeMs: 1 };
          for (let count = 0; count < 5000; count++) guest.record({ priority: 12, text });
          guest.say(...goldenRecords('6.1-kernel-bug'));
          for (let count = 0; count < 6000; count++) guest.record({ priority: 12, text });
          return { uptimeMs: 1 };
        },
      },
    });
    expect(result.verdict).toBe('crash');
    expect(events.filter(({ type }) => type === 'step-started')).toHaveLength(1);
    expect(file('dmesg.txt')).toMatch(/\[hazmat: \d+ records are left out here\]/);
  });

  it('is an infrastructure error where a step needs the whole log', async () => {
    const whole = step(async (context) => {
      await context.guest.request('ping', {});
      return { ok: true, seen: String(context.wholeLog().length) };
    });
    const { result } = await runSteps([whole], {
      answers: {
        ping: (_args, guest) => {
          if (guest.log.length > 0) return { uptimeMs: 1 };
          for (let count = 0; count < 12_000; count++) guest.record({ priority: 12, text: 'x'.repeat(5000) });
          return { uptimeMs: 1 };
        },
      },
    });
    expect(result.verdict).toBe('error');
    expect(result.why).toContain('the kernel log has');
  });

  it('is recorded up to a number of signals, and the rest is counted', async () => {
    const { events } = await runSteps([step(ping)], {
      answers: {
        ping: (_args, guest) => {
          if (guest.signals.length > 0) return { uptimeMs: 1 };
          for (let count = 0; count < 10_007; count++) guest.hit({ process: 'mappers/0' });
          return { uptimeMs: 1 };
        },
      },
    });
    const more = 'more signals hit the processes: only the first 10000 are recorded';
    const messages = events.flatMap((event) => (event.type === 'message' ? [event.text] : []));
    expect(events.filter(({ type }) => type === 'signal')).toHaveLength(10_000);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toContain(more);
  });
});

describe('what a program writes to /dev/kmsg', () => {
  const forged = 'BUG: kernel NULL pointer dereference, address: 0000000000000008';

  it('is no crash of the kernel', async () => {
    const { result } = await runSteps([step(ping), met], {
      answers: {
        ping: (_args, guest) => {
          guest.record({ priority: 8, text: forged });
          return { uptimeMs: 1 };
        },
      },
    });
    expect(result.verdict).toBe('pass');
  });

  it('is none on the console either, where only its time says that it is the same line', async () => {
    const { result } = await runSteps([step(ping), met], {
      answers: {
        ping: (_args, guest) => {
          if (guest.log.length > 0) return { uptimeMs: 1 };
          guest.record({ priority: 8, text: forged });
          guest.console = `[    0.000000] ${forged}\n`;
          return guest.die({ reason: 'host-signal' });
        },
      },
    });
    expect(result.verdict).toBe('error');
  });
});
