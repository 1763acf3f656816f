// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  codeName,
  describeExpectation,
  describeSignal,
  meets,
  signalExpectation,
  signalName,
  type SeenSignal,
  type SignalExpectation,
} from '../../harness/scenario/expect-signal.ts';

const ao: SeenSignal = { signo: 7, code: 5, addr: '0x7f0000003000', lsb: 12, page: 3 };
const want = (more: Partial<SignalExpectation>): SignalExpectation => ({
  signal: 'SIGBUS',
  code: 'BUS_MCEERR_AO',
  address: 'any',
  ...more,
});

it('names signals and codes as siginfo.h does, and shows what it does not know', () => {
  expect([7, 9, 11, 6].map(signalName)).toEqual(['SIGBUS', 'SIGKILL', 'SIGSEGV', 'signal 6']);
  expect([1, 2, 3, 4, 5, 6].map((code) => codeName(7, code))).toEqual([
    'BUS_ADRALN',
    'BUS_ADRERR',
    'BUS_OBJERR',
    'BUS_MCEERR_AR',
    'BUS_MCEERR_AO',
    'code 6',
  ]);
  expect([1, 2, 128].map((code) => codeName(11, code))).toEqual(['SEGV_MAPERR', 'SEGV_ACCERR', 'SI_KERNEL']);
});

it('describes a signal, its lsb only where the kernel sets it', () => {
  expect(describeSignal(ao)).toBe('SIGBUS BUS_MCEERR_AO at page 3 (0x7f0000003000, lsb 12)');
  expect(describeSignal({ ...ao, code: 2, lsb: 0 })).toBe('SIGBUS BUS_ADRERR at page 3 (0x7f0000003000)');
  expect(describeSignal({ ...ao, page: undefined, addr: '0x0' })).toBe(
    'SIGBUS BUS_MCEERR_AO outside the mapping (0x0, lsb 12)',
  );
});

it('describes what is wanted', () => {
  expect(describeExpectation(want({ address: 'page', lsb: 12 }))).toBe(
    'SIGBUS BUS_MCEERR_AO at the start of a page, lsb 12',
  );
  expect(describeExpectation(want({}))).toBe('SIGBUS BUS_MCEERR_AO');
});

it('wants SIGBUS anywhere when nothing else is said', () => {
  const parsed = z.strictObject(signalExpectation).parse({ code: 'BUS_ADRERR' });
  expect(parsed).toEqual({ signal: 'SIGBUS', code: 'BUS_ADRERR', address: 'any' });
});

describe('a signal is the one wanted', () => {
  it.each<[string, Partial<SignalExpectation>, Partial<SeenSignal>, boolean]>([
    ['code alone', {}, {}, true],
    ['another code', { code: 'BUS_MCEERR_AR' }, {}, false],
    ['another signal', { signal: 'SIGSEGV', code: 'SEGV_MAPERR' }, {}, false],
    ['the lsb', { lsb: 12 }, {}, true],
    ['another lsb', { lsb: 21 }, {}, false],
    ['an lsb where there is none', { code: 'BUS_ADRERR', lsb: 12 }, { code: 2, lsb: 0 }, true],
    ['in the mapping', { address: 'mapped' }, { addr: '0x7f0000003123' }, true],
    ['outside of it', { address: 'mapped' }, { page: undefined }, false],
    ['at the start of a page', { address: 'page' }, {}, true],
    ['inside of a page', { address: 'page' }, { addr: '0x7f0000003008' }, false],
    ['page-aligned but outside', { address: 'page' }, { page: undefined }, false],
  ])('%s', (_what, expectation, seen, right) => expect(meets(want(expectation), { ...ao, ...seen })).toBe(right));

  it('at the very address, for addresses that no double holds', () => {
    const high = { ...ao, addr: '0xffffffffffff3001' };
    expect(meets(want({ address: 'exact' }), high, 0xffffffffffff3001n)).toBe(true);
    expect(meets(want({ address: 'exact' }), high, 0xffffffffffff3000n)).toBe(false);
  });
});
