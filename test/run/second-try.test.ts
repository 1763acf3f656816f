// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { WrongClock } from '../../harness/guest/right-clock.ts';
import { GuestDied, SetupFailed } from '../../harness/guest/guest-errors.ts';
import { InfraError } from '../../harness/host/errors.ts';
import type { RunEventBody } from '../../harness/results/events.ts';
import { tryTwice } from '../../harness/run/second-try.ts';
import { goldenRecords } from './logs.ts';

const failure = (console = '', cause = new InfraError('QEMU ended')): SetupFailed =>
  new SetupFailed('boot', cause, [], console);

/** Makes something that fails so often, in this order, and then is made. */
async function made(...failures: Error[]) {
  const events: RunEventBody[] = [];
  const signal = new AbortController().signal;
  let tries = 0;
  const make = (): Promise<string> => {
    const error = failures[tries++];
    return error === undefined ? Promise.resolve('made') : Promise.reject(error);
  };
  const outcome: unknown = await tryTwice('boot 6.12', make, { emit: (event) => events.push(event), signal }).catch(
    (error: unknown) => error,
  );
  return { outcome, tries, said: events.map((event) => (event.type === 'message' ? event.text : '')) };
}

describe('a guest that cannot be set up', () => {
  it('is tried once more; the first failure is reported and kept', async () => {
    const first = failure();
    const { outcome, tries, said } = await made(first);
    expect(outcome).toEqual({ made: 'made', first });
    expect([tries, said]).toEqual([2, ['boot 6.12: try 1 failed: boot: QEMU ended; trying again']]);
  });

  it('twice is a failure, with the first one next to it', async () => {
    const [first, second] = [failure(), failure('', new InfraError('no space'))];
    const { outcome, tries, said } = await made(first, second, first);
    expect(outcome).toBe(second);
    expect([second.first, second.tries, tries]).toEqual([first, 2, 2]);
    expect(said[1]).toBe('boot 6.12: try 2 failed: boot: no space');
  });

  it.each([
    '[    1.0] Kernel panic - not syncing: VFS: Unable to mount root fs\n',
    '[    1.000000] kernel BUG at mm/rmap.c:5!\n',
  ])('because its kernel crashed is not tried again: %s', async (console) => {
    const { outcome, tries, said } = await made(failure(console));
    expect(outcome).toBeInstanceOf(SetupFailed);
    expect([tries, said]).toEqual([1, []]);
  });

  it('because its kernel reset the machine is not tried again, though it printed nothing', async () => {
    const exit = { asked: false, exitCode: 0, signal: undefined, reason: 'guest-reset', stderr: '' };
    expect((await made(new SetupFailed('boot', new GuestDied(exit), [], ''))).tries).toBe(1);
  });

  it('after a boot in which its kernel reported something is tried again', async () => {
    const text = goldenRecords('6.1-kernel-bug');
    const log = text.map((line, index) => ({
      priority: 4,
      kseq: index,
      us: index,
      text: line,
      seq: 0,
      event: 'kmsg' as const,
    }));
    const console = text.map((line, index) => `[    0.${String(index).padStart(6, '0')}] ${line}\n`).join('');
    const failed = (bootRecords: number): SetupFailed =>
      new SetupFailed('stack', new InfraError('QEMU ended'), log, console, { bootRecords });
    expect((await made(failed(log.length))).tries).toBe(2);
    expect((await made(failed(0))).tries).toBe(1);
  });

  it('for its clock is booted a few times more, whatever its kernel reports', async () => {
    const wrong = (): SetupFailed => failure('[    9.000000] kernel BUG at mm/rmap.c:5!\n', new WrongClock('5 times'));
    expect((await made(wrong(), wrong(), wrong())).outcome).toMatchObject({ made: 'made' });
    const never = await made(wrong(), wrong(), wrong(), wrong(), wrong());
    expect([never.tries, never.outcome]).toEqual([4, expect.any(SetupFailed)]);
  });

  it('for a reason that is not the guest’s is not tried again', async () => {
    const full = new Error('ENOSPC');
    expect(await made(full)).toMatchObject({ outcome: full, tries: 1 });
  });
});
