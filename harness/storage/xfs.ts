// SPDX-License-Identifier: GPL-2.0-only
// XFS. The guest's mkfs.xfs is newer than old kernels, so every feature that came and went is given explicitly.

import { coerce, gte } from 'semver';
import { z } from 'zod';
import { addMount, filesystemKeys } from './filesystem.ts';
import { freeDeviceOf, LayerError, layerKind, run } from './layer.ts';

const schema = z.strictObject({
  ...filesystemKeys,
  'log-device': z.string().optional().describe('Device of an external log'),
  'realtime-device': z.string().optional().describe('Realtime device; the data of every file is placed there'),
  mkfs: z
    .strictObject({
      reflink: z.boolean().describe('Shared extents; kernels before 6.0 cannot combine them with DAX'),
      rmapbt: z.boolean().describe('Reverse mapping; without it XFS cannot find the owner of a bad block'),
      agcount: z.int().min(1).optional().describe('Allocation groups; mkfs.xfs chooses by default'),
      options: z.array(z.string()).prefault([]).describe('More arguments for mkfs.xfs'),
    })
    .describe('Arguments of mkfs.xfs; reflink and rmapbt are required, because the defaults of mkfs.xfs change'),
});

// First kernel whose long-term profile in xfsprogs (mkfs/lts_*.conf, 6.13) switches the feature on.
const featuresSince: [string, 'm' | 'i', string][] = [
  ['5.15.0', 'm', 'bigtime'],
  ['5.15.0', 'm', 'inobtcount'],
  ['6.6.0', 'i', 'nrext64'],
  ['6.12.0', 'i', 'exchange'],
];

/** The features for a kernel, each given explicitly: `{m: ['bigtime=1', ...], i: [...]}`. */
export function xfsFeatures(kernelVersion: string): { m: string[]; i: string[] } {
  const version = coerce(kernelVersion) ?? '0.0.0';
  const pick = (group: 'm' | 'i'): string[] =>
    featuresSince
      .filter(([, where]) => where === group)
      .map(([since, , feature]) => `${feature}=${gte(version, since) ? 1 : 0}`);
  return { m: pick('m'), i: pick('i') };
}

// mkfs.xfs refuses a filesystem with one superblock without it (mkfs/xfs_mkfs.c:validate_supported, 6.13).
const unsupported = '--unsupported';

/** The arguments of the scenario, with what one allocation group needs. */
function moreOptions({ agcount, options }: z.output<typeof schema>['mkfs']): string[] {
  return agcount !== 1 || options.includes(unsupported) ? options : [unsupported, ...options];
}

export const xfs = layerKind({
  key: 'xfs',
  title: 'XFS; mounted with dax=always by default',
  example: '{device: pmem0, mount: /mnt, mkfs: {reflink: true, rmapbt: true}}',
  schema,
  modules: ['xfs'],
  features: (spec) => (spec.mkfs.reflink && spec['mount-options'].includes('dax=always') ? ['xfs-dax-reflink'] : []),
  plan(spec, { stack, kernelVersion }) {
    const device = freeDeviceOf(stack, spec.device);
    const [logName, realtimeName] = [spec['log-device'], spec['realtime-device']];
    const pathOf = (name: string | undefined): string | undefined =>
      name === undefined ? undefined : freeDeviceOf(stack, name).path;
    const [log, realtime] = [pathOf(logName), pathOf(realtimeName)];
    const twice = [spec.device, logName, realtimeName].find(
      (name, index, all) => name !== undefined && all.indexOf(name) !== index,
    );
    if (twice !== undefined) throw new LayerError(`\`${twice}\` cannot be two devices of one filesystem`);
    const { m, i } = xfsFeatures(kernelVersion);
    const { reflink, rmapbt, agcount } = spec.mkfs;
    const metadata = [`reflink=${reflink ? 1 : 0}`, `rmapbt=${rmapbt ? 1 : 0}`, ...m];
    stack.requests.push(
      run(
        `make XFS on ${spec.device}`,
        ...['mkfs.xfs', '-f', '-q', '-K', '-m', metadata.join(','), '-i', i.join(',')],
        ...(agcount === undefined ? [] : ['-d', `agcount=${agcount}`]),
        ...(log === undefined ? [] : ['-l', `logdev=${log},size=64m`]),
        ...(realtime === undefined ? [] : ['-r', `rtdev=${realtime}`, '-d', 'rtinherit=1']),
        ...moreOptions(spec.mkfs),
        device.path,
      ),
    );
    const options = [
      ...spec['mount-options'],
      ...(log === undefined ? [] : [`logdev=${log}`]),
      ...(realtime === undefined ? [] : [`rtdev=${realtime}`]),
    ];
    const devices = { logDevice: logName, realtimeDevice: realtimeName };
    addMount(stack, device, 'xfs', { mount: spec.mount, options }, devices);
  },
});
