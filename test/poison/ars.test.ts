// SPDX-License-Identifier: GPL-2.0-only
// ars: which namespace ndctl is asked for, and whose fault it is when ndctl fails.

import { describe, expect, it } from 'vitest';
import { bindGuest } from '../../harness/guest/bound-guest.ts';
import { Deadline } from '../../harness/guest/deadline.ts';
import { InfraError } from '../../harness/host/errors.ts';
import { ars } from '../../harness/poison/ars.ts';
import type { PoisonTarget } from '../../harness/poison/route.ts';
import { recordedGuest } from './recorded-guest.ts';

const target = (device: string): PoisonTarget => ({
  base: { device, offset: 0x3000 },
  length: 4096,
  physical: 0x1_0120_3000,
  process: undefined,
  mappers: [],
  described: `page 3 of ${device}`,
});
const inject = (namespace: string): string =>
  `ndctl inject-error ${namespace} --block=24 --count=8 --no-notify --saturate`;
const done = { exit: 0, stdout: '', stderr: '' };
const missing = { error: 'ENOENT' };
const options = { notification: false };

/** As the kernel shows a region with one namespace, and the seed of the next one, which has no address. */
const namespaces = (holder: string): object => ({
  ...done,
  stdout: `${`namespace0.0 0x100000000 1073741824 ${holder}`.trim()}\nnamespace0.1 0\n`,
});

describe('ndctl is asked for the namespace', () => {
  it('of a block device, which names it', async () => {
    const { guest } = recordedGuest({ data: 'namespace0.0\n' }, done);
    expect(await ars.inject(guest, target('pmem0'), options)).toEqual({ how: inject('namespace0.0') });
  });

  it.each(['dax0.0', 'pmem0'])(
    'that holds the page, when there is no block device that names it: %s',
    async (device) => {
      const { guest, asked } = recordedGuest(missing, namespaces('dax0.1'), done, done);
      expect(await ars.inject(guest, target(device), options)).toEqual({ how: inject('namespace0.0') });
      expect(asked[2]).toMatchObject({ args: { argv: ['test', '-e', '/sys/bus/nd/devices/dax0.1/driver'] } });
    },
  );

  it('that has no holder: its block device is of its whole range', async () => {
    const { guest, asked } = recordedGuest(missing, namespaces(''), done);
    expect(await ars.inject(guest, target('pmem0'), options)).toEqual({ how: inject('namespace0.0') });
    expect(asked).toHaveLength(3);
  });
});

describe('the notification', () => {
  const namespace = { data: 'namespace0.0\n' };
  const accepted = { status: 0 };

  it('comes once for several pages, after the last, and its scrub is waited for', async () => {
    const scrubs = ['3\n', '3+\n', '4+\n', '4\n'].map((data) => ({ data }));
    const [before = {}, ...after] = scrubs;
    const { guest, asked } = recordedGuest(namespace, done, namespace, done, missing, before, accepted, ...after);
    expect(await ars.injectAll?.(guest, [target('pmem0'), target('pmem0')], { notification: true })).toEqual({
      how: `${inject('namespace0.0')}; ${inject('namespace0.0')}; notified`,
    });
    expect(asked.filter(({ op }) => op === 'ars-inject')).toEqual([
      { op: 'ars-inject', args: { bus: '/dev/ndctl1', address: 0x1_0120_3000, length: 4096, notify: true } },
    ]);
    expect(asked).toHaveLength(10);
  });

  it('that no scrub follows is reported: the list of bad blocks shows what it means', async () => {
    const { guest } = recordedGuest(namespace, done, { data: '3\n' }, accepted, { data: '3\n' });
    const { how } = await ars.inject(bindGuest(guest, new Deadline(20)), target('pmem0'), { notification: true });
    expect(how).toBe(`${inject('namespace0.0')}; notified, but no scrub followed`);
  });

  it.each([
    [{ call: 'open', error: 'ENOENT' }, 'ARS Error Inject: open: ENOENT'],
    [{ status: 2 }, 'ARS Error Inject: status 2'],
  ])('that fails is an infrastructure error: %j', async (reply, message) => {
    const { guest } = recordedGuest(namespace, done, { data: '3\n' }, reply);
    const error = await ars.inject(guest, target('pmem0'), { notification: true }).catch((cause: unknown) => cause);
    expect(error).toEqual(new InfraError(message));
  });
});

describe('it is no answer of the kernel', () => {
  const refusal = async (...answers: object[]): Promise<unknown> =>
    ars.inject(recordedGuest(...answers).guest, target('pmem0'), options).catch((error: unknown) => error);

  it('that no driver has the namespace', async () => {
    const error = await refusal(missing, namespaces('pfn0.0'), { ...done, exit: 1 });
    expect(error).toBeInstanceOf(InfraError);
    expect(error).toMatchObject({
      message: 'no driver has namespace0.0, so that ndctl cannot inject an error into it',
    });
  });

  it('that no namespace holds the page', async () => {
    expect(await refusal(missing, { ...done, stdout: 'namespace0.1 0\n' })).toEqual(
      new InfraError('no namespace holds physical 0x101203000'),
    );
  });

  it('that ndctl fails, or the firmware has no room for more errors', async () => {
    const stderr = 'ndctl: Injection failed at block 18\nUnable to inject error: No space left on device (-28)\n';
    const error = await refusal({ data: 'namespace0.0\n' }, { exit: 228, stdout: '', stderr });
    expect(error).toBeInstanceOf(InfraError);
    expect(error).toMatchObject({
      message: `${inject('namespace0.0')}: Unable to inject error: No space left on device (-28)`,
    });
  });
});

describe('what ndctl cannot name', () => {
  const block: PoisonTarget = { ...target('pmem0s'), isNotData: true };

  it('is injected by the ioctl, without a notification until all are', async () => {
    const { guest, asked } = recordedGuest({ data: '3\n' }, { status: 0 });
    expect(await ars.inject(guest, block, options)).toEqual({ how: 'ARS Error Inject at 0x101203000' });
    expect(asked.at(-1)).toEqual({
      op: 'ars-inject',
      args: { bus: '/dev/ndctl0', address: 0x1_0120_3000, length: 4096, notify: false },
    });
  });

  it('is not taken back', async () => {
    const { guest } = recordedGuest({ data: '3\n' });
    await expect(ars.unpoison?.(guest, block)).rejects.toThrow('ndctl cannot take the error back');
  });
});
