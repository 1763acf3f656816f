// SPDX-License-Identifier: GPL-2.0-only
// xfstests (fstests): the filesystems' own tests.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { inTree, scriptText } from './guest.ts';
import { selectTests, type SuiteTest } from './selection.ts';
import { commonKeys, suiteKind, type DevicePaths } from './suite.ts';
import { systemTexts, usualPackages } from './system.ts';
import { xfstestsOutcome } from './xfstests-result.ts';

const keys = {
  ...commonKeys,
  filesystem: z.enum(['xfs', 'ext4']).describe('FSTYP of xfstests'),
  'test-device': z.string().describe('Device of the filesystem that all tests share (TEST_DEV)'),
  'scratch-device': z.string().describe('Device that tests make their own filesystem on (SCRATCH_DEV)'),
  'log-device': z.string().optional().describe('Device for the log of dm-log-writes (LOGWRITES_DEV)'),
  'mkfs-options': z.string().optional().describe('MKFS_OPTIONS of xfstests, also for the test device'),
  'mount-options': z.string().optional().describe('MOUNT_OPTIONS of xfstests'),
};

type Spec = z.output<z.ZodObject<typeof keys>>;

/** Folders of tests that are for every filesystem. */
const commonFolders = ['generic'];

export const xfstests = suiteKind<Spec>({
  name: 'xfstests',
  title: 'xfstests (fstests): the tests of XFS, ext4 and others, among them those of the group dax',
  setting: 'HAZMAT_XFSTESTS',
  marks: ['check', 'tests'],
  keys,
  tree: {
    suites: ['trixie', 'trixie-security'],
    packages: [
      ...usualPackages,
      ...[
        'acl',
        'attr',
        'bc',
        'bsdextrautils',
        'daxctl',
        'dmsetup',
        'fdisk',
        'jq',
        'libacl1',
        'libaio1t64',
        'libattr1',
      ],
      ...[
        'libcap2',
        'libcap2-bin',
        'libgdbm6t64',
        'libssl3t64',
        'libuuid1',
        'ndctl',
        'parted',
        'quota',
        'uuid-runtime',
      ],
      ...['xfsprogs', 'xxd'],
    ],
    build: [
      ...[
        'autoconf',
        'automake',
        'gcc',
        'gettext',
        'libacl1-dev',
        'libaio-dev',
        'libattr1-dev',
        'libc6-dev',
        'libcap-dev',
      ],
      ...['libgdbm-dev', 'libssl-dev', 'libtool', 'libtool-bin', 'linux-libc-dev', 'make', 'pkg-config', 'uuid-dev'],
      'xfslibs-dev',
    ],
    buildOnly:
      /-dev$|^(?:auto|binutils|cpp|g\+\+|gcc|gettext|libtool|linux-libc|m4$|make$|pkg)|^lib(?:asan|binutils|cc1|ctf|gprofng|hwasan|isl|itm|lsan|mpc3|sframe|tsan|ubsan)|^x86/,
    links: {
      'usr/bin/aclocal': 'aclocal-1.17',
      'usr/bin/automake': 'automake-1.17',
      'usr/bin/awk': 'gawk',
      'usr/bin/cc': 'gcc',
      'etc/mtab': '../proc/self/mounts',
    },
    texts: systemTexts(['fsgqa', '123456-fsgqa', 'fsgqa2']),
    folders: ['home/fsgqa', 'root', 'proc', 'sys', 'dev', 'tmp', 'run', 'var/tmp', 'results', 'mnt'],
    script: 'xfstests-build.sh',
  },
  modules: ['xfs', 'ext4', 'dm_mod'],
  devices: (spec) => [spec['test-device'], spec['scratch-device'], spec['log-device'] ?? []].flat(),
  tests: (checkout, spec) => selectTests('xfstests', testsOf(checkout, spec.filesystem), spec),
  setup: (spec, devices) => [
    inTree(
      'make the filesystem of the test device',
      ['bash', '-c', scriptText('xfstests-setup.sh')],
      envOf(spec, devices),
    ),
  ],
  test: (spec, devices, test) =>
    inTree(`run ${test}`, ['./check', '-T', '-R', 'xunit-quiet', test], envOf(spec, devices)),
  outcome: xfstestsOutcome,
});

/** What xfstests reads of its environment. */
function envOf(spec: Spec, devices: DevicePaths): Record<string, string> {
  const of = (name: string): string => devices.get(name) ?? `/dev/${name}`;
  const { 'log-device': log, 'mount-options': options } = spec;
  return {
    FSTYP: spec.filesystem,
    TEST_DEV: of(spec['test-device']),
    TEST_DIR: '/mnt/test',
    SCRATCH_DEV: of(spec['scratch-device']),
    SCRATCH_MNT: '/mnt/scratch',
    RESULT_BASE: '/results',
    MKFS_OPTIONS: spec['mkfs-options'] ?? '',
    // There is no udevd to make the nodes of device-mapper.
    DM_DISABLE_UDEV: '1',
    ...(log === undefined ? {} : { LOGWRITES_DEV: of(log) }),
    ...(options === undefined ? {} : { MOUNT_OPTIONS: options }),
  };
}

/** The tests of a checkout that are for a filesystem, each with the groups that it says it is in. */
function testsOf(checkout: string, filesystem: string): SuiteTest[] {
  return [...commonFolders, filesystem].flatMap((folder) => {
    const where = path.join(checkout, 'tests', folder);
    if (!existsSync(where)) return [];
    return readdirSync(where)
      .filter((name) => /^\d+$/.test(name))
      .sort()
      .map((name) => ({ name: `${folder}/${name}`, groups: groupsOf(readFileSync(path.join(where, name), 'utf8')) }));
  });
}

/** The groups in which a test says that it is. */
function groupsOf(text: string): string[] {
  const line = /^_begin_fstest\b(.*)$/m.exec(text)?.[1] ?? '';
  return line.replace(/#.*/, '').trim().split(/\s+/).filter(Boolean);
}
