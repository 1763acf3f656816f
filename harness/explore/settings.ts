// SPDX-License-Identifier: GPL-2.0-only
// What sequences begin with: a stack, files, and processes that map them. All sequences of one setting are forks of one checkpoint.

export interface Setting {
  readonly name: string;
  readonly filesystem: 'xfs' | 'ext4';
  /** Files can share blocks (reflink). */
  readonly sharesExtents: boolean;
  /** The namespace that is poisoned and removed. */
  readonly namespace: string;
  /** The device that the filesystem is on. */
  readonly device: string;
  readonly mount: string;
  readonly stack: readonly Record<string, unknown>[];
  readonly files: Readonly<Record<string, { pages?: number; clone?: string }>>;
  readonly processes: Readonly<Record<string, SettingProcess>>;
}

interface SettingProcess {
  file: string;
  pages: number;
  mode?: 'private';
  touch?: 'read';
  'early-kill'?: true;
}

/** Pages of each file at the beginning. */
export const settingPages = 8;
const data = '/mnt/data';
const clone = '/mnt/clone';

const processes: Record<string, SettingProcess> = {
  storer: { file: data, pages: settingPages },
  early: { file: data, pages: settingPages, touch: 'read', 'early-kill': true },
  late: { file: data, pages: settingPages, touch: 'read' },
  private: { file: data, pages: settingPages, mode: 'private' },
};

/** One allocation group, so that KB4 does not end every sequence that removes the device. */
const xfs = (device: string, reflink: boolean): Record<string, unknown> => ({
  xfs: { device, mount: '/mnt', mkfs: { reflink, rmapbt: true, agcount: 1 } },
});
const namespace = { namespace: { name: 'pmem0', mode: 'fsdax' } };
const linear = { 'dm-linear': { name: 'linear0', device: 'pmem0' } };
const common = { namespace: 'pmem0', mount: '/mnt', sharesExtents: false } as const;

/** @internal for tests */
export const settings: readonly Setting[] = [
  {
    ...common,
    name: 'xfs',
    filesystem: 'xfs',
    device: 'pmem0',
    stack: [namespace, xfs('pmem0', false)],
    files: { [data]: { pages: settingPages } },
    processes,
  },
  {
    ...common,
    name: 'xfs-reflink',
    filesystem: 'xfs',
    sharesExtents: true,
    device: 'pmem0',
    stack: [namespace, xfs('pmem0', true)],
    files: { [data]: { pages: settingPages }, [clone]: { clone: data } },
    processes: { ...processes, other: { file: clone, pages: settingPages } },
  },
  {
    ...common,
    name: 'xfs-linear',
    filesystem: 'xfs',
    device: 'linear0',
    stack: [namespace, linear, xfs('linear0', false)],
    files: { [data]: { pages: settingPages } },
    processes,
  },
  {
    ...common,
    name: 'ext4',
    filesystem: 'ext4',
    device: 'pmem0',
    stack: [namespace, { ext4: { device: 'pmem0', mount: '/mnt' } }],
    files: { [data]: { pages: settingPages } },
    processes,
  },
];
