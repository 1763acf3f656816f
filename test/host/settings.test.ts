// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { ExitCode, UsageError } from '../../harness/host/errors.ts';
import { checkSettings } from '../../harness/host/settings.ts';

function wrong(env: Record<string, string>): { message: string; hint: string | undefined; exitCode: number } {
  try {
    checkSettings(env);
  } catch (error) {
    if (error instanceof UsageError) return { message: error.message, hint: error.hint, exitCode: error.exitCode };
    throw error;
  }
  throw new Error('it was taken');
}

it.each([
  ['HAZMAT_CACHE', 'here', 'must be an absolute path'],
  ['HAZMAT_RESULTS', './there', 'must be an absolute path'],
  ['HAZMAT_CHECKPOINTS_MAX', 'banana', 'must be a size such as 512M or 4G'],
  ['HAZMAT_KERNELS_MAX', '-1', 'must be a size such as 512M or 4G'],
  ['HAZMAT_BUILD_TREES_MAX', '1.5', 'must be a whole number'],
  ['HAZMAT_ACCEL', 'xen', 'must be kvm or tcg'],
  ['HAZMAT_RECORDER', 'int3', 'must be log or breakpoints'],
  ['HAZMAT_MIRROR', 'debian', 'must be an address such as http://HOST/debian'],
  ['HAZMAT_APT_MAX_AGE', 'never', 'must be a number of hours'],
])('does not take %s=%s', (name, value, why) => {
  const { message, exitCode } = wrong({ [name]: value });
  expect(message).toBe(`${name} is \`${value}\`: it ${why}`);
  expect(exitCode).toBe(ExitCode.usage);
});

it('takes what README.md says, and an empty setting for one that is not set', () => {
  checkSettings({
    HAZMAT_CACHE: '/var/cache/hazmat',
    HAZMAT_RESULTS: '',
    HAZMAT_CHECKPOINTS_MAX: '4G',
    HAZMAT_KERNELS_MAX: '0',
    HAZMAT_BUILD_TREES_MAX: '5',
    HAZMAT_ACCEL: 'tcg',
    HAZMAT_RECORDER: 'breakpoints',
    HAZMAT_MIRROR: 'http://mirror.example/debian',
    HAZMAT_APT_MAX_AGE: '0.5',
    HAZMAT_OFFLINE: '1',
    PATH: '/bin',
  });
});

it('names all that is wrong at once, old names and misspelled ones too', () => {
  expect(wrong({ HAZMAT_ACCEL: 'xen', HAZMAT_BENCHES_MAX: '3', HAZMAT_ACEL: 'kvm' })).toEqual({
    exitCode: ExitCode.usage,
    message: 'HAZMAT_ACCEL is `xen`: it must be kvm or tcg',
    hint: [
      'HAZMAT_BENCHES_MAX is now called HAZMAT_BUILD_TREES_MAX: set that instead',
      'HAZMAT_ACEL is not a setting',
      'README.md lists the settings.',
    ].join('\n'),
  });
});
