// SPDX-License-Identifier: GPL-2.0-only
// ndctl: the tests of libnvdimm and device-dax that come with its tools. Most of them act on the emulated NVDIMMs of nfit_test.ko.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import { inTree, scriptText } from './guest.ts';
import { selectTests, type SuiteTest } from './selection.ts';
import { commonKeys, suiteKind, type SuiteOutcome, type TestRun } from './suite.ts';
import { systemTexts, usualPackages } from './system.ts';

type Spec = z.output<z.ZodObject<typeof commonKeys>>;

/** What meson takes for "skipped" (the GNU standard, which ndctl's scripts follow). */
const skippedExit = 77;

/** A line of the output that is not a trace of the shell. */
const spoken = /^(?!\+)\S.*/;

export const ndctl = suiteKind<Spec>({
  name: 'ndctl',
  title: 'ndctl: the tests of libnvdimm and device-dax that come with ndctl, on the emulated NVDIMMs of nfit_test.ko',
  setting: 'HAZMAT_NDCTL',
  marks: ['test/meson.build', 'ndctl'],
  keys: commonKeys,
  tree: {
    suites: ['trixie', 'trixie-security'],
    packages: [
      ...usualPackages,
      ...['bc', 'bsdextrautils', 'dmsetup', 'fdisk', 'jq', 'libiniparser4', 'libjson-c5', 'libkeyutils1', 'libkmod2'],
      ...['libtraceevent1', 'libtracefs1', 'libudev1', 'libuuid1', 'parted', 'uuid-runtime', 'xfsprogs', 'xxd'],
    ],
    build: [
      ...[
        'gcc',
        'libc6-dev',
        'libiniparser-dev',
        'libjson-c-dev',
        'libkeyutils-dev',
        'libkmod-dev',
        'libtraceevent-dev',
      ],
      ...['libtracefs-dev', 'libudev-dev', 'linux-libc-dev', 'meson', 'ninja-build', 'pkg-config', 'uuid-dev'],
    ],
    buildOnly:
      /-dev$|^(?:binutils|cpp|g\+\+|gcc|linux-libc|meson$|ninja|pkg|python)|^lib(?:asan|binutils|cc1|ctf|gprofng|hwasan|isl|itm|lsan|mpc3|python|sframe|tsan|ubsan)/,
    links: { 'usr/bin/awk': 'gawk', 'usr/bin/cc': 'gcc', 'etc/mtab': '../proc/self/mounts' },
    texts: {
      ...systemTexts([]),
      // There is no journald. Scripts ask it for "Call Trace"; hazmat reads the kernel log itself.
      'usr/bin/journalctl': '#!/bin/sh\nexec dmesg\n',
    },
    folders: ['root', 'proc', 'sys', 'dev', 'tmp', 'run', 'var/tmp', 'results', 'mnt'],
    script: 'ndctl-build.sh',
  },
  modules: ['nfit_test'],
  testModules: true,
  devices: () => [],
  tests: (checkout, spec) => selectTests('ndctl', rowsOf(checkout), spec),
  setup: () => [],
  test: (_spec, _devices, test) => inTree(`run ${test}`, ['bash', '-c', scriptText('ndctl-test.sh'), 'test', test]),
  outcome: ndctlOutcome,
});

/** @returns undefined when there is no exit status */
export function ndctlOutcome(
  test: string,
  { exit, output }: Pick<TestRun, 'exit' | 'output'>,
): SuiteOutcome | undefined {
  if (exit === undefined) return undefined;
  if (exit === 0) return { verdict: 'pass', seen: `${test} passed` };
  const lines = output.split('\n').filter((line) => spoken.test(line));
  if (exit === skippedExit)
    return { verdict: 'skip', why: `${test} was not run: ${lines.at(-1)?.trim() ?? 'it does not say why'}` };
  return { verdict: 'fail', seen: [`exit ${exit}`, ...lines.slice(-10)].join('\n') };
}

/** The rows of `tests` in test/meson.build: name, program, group. */
function rowsOf(checkout: string): SuiteTest[] {
  const file = path.join(checkout, 'test/meson.build');
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return [...text.matchAll(/^\s*\[\s*'([\w.-]+)',\s*\w+,\s*'(\w+)'\s*\],?$/gm)].map(([, name = '', group = '']) => ({
    name,
    groups: [group],
  }));
}
