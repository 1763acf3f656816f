// SPDX-License-Identifier: GPL-2.0-only
// XFS. mkfs.xfs of the guest is newer than old kernels, so every feature that came and went is said, never left to it.

import { coerce, gte } from 'semver';
import { z } from 'zod';
import { addMount, filesystemKeys } from './filesystem.ts';
import { freeDeviceOf, LayerError, layerKind, run } from './layer.ts';

const schema = z.strictObject({
  ...filesystemKeys,
  log: z.string().optional().describe('A device for an external log'),
  realtime: z.string().optional().describe('A realtime device; the data of every file lies there'),
  mkfs: z
    .strictObject({
      reflink: z.boolean().describe('Shared extents; cannot be combined with DAX before 6.0'),
      rmapbt: z.boolean().describe('Reverse mapping: without it XFS cannot tell who owns a bad block'),
      agcount: z.int().min(1).optional().describe('Allocation groups; mkfs chooses if not said'),
      options: z.array(z.string()).prefault([]).describe('Further arguments of mkfs.xfs'),
    })
    .describe('How it is made; reflink and rmapbt must always be said, because the defaults of mkfs.xfs differ'),
});

// First kernel whose long-term profile in xfsprogs (mkfs/lts_*.conf, 6.13) switches the feature on.
const featuresSince: [string, 'm' | 'i', string][] = [
  ['5.15.0', 'm', 'bigtime'],
  ['5.15.0', 'm', 'inobtcount'],
  ['6.6.0', 'i', 'nrext64'],
  ['6.12.0', 'i', 'exchange'],
];

/** The features for a kernel, said one by one: `{m: ['bigtime=1', ...], i: [...]}`. */
export function xfsFeatures(kernelVersion: string): { m: string[]; i: string[] } {
  const version = coerce(kernelVersion) ?? '0.0.0';
  const pick = (group: 'm' | 'i'): string[] =>
    featuresSince
      .filter(([, where]) => where === group)
      .map(([since, , feature]) => `${feature}=${gte(version, since) ? 1 : 0}`);
  return { m: pick('m'), i: pick('i') };
}

export const xfs = layerKind({
  key: 'xfs',
  title: 'XFS, mounted with dax=always if nothing else is said',
  example: '{on: pmem0, at: /mnt, mkfs: {reflink: true, rmapbt: true}}',
  schema,
  modules: ['xfs'],
  lay(spec, { stack, kernelVersion }) {
    const device = freeDeviceOf(stack, spec.on);
    const other = (name: string | undefined): string | undefined =>
      name === undefined ? undefined : freeDeviceOf(stack, name).path;
    const log = other(spec.log);
    const realtime = other(spec.realtime);
    const twice = [spec.on, spec.log, spec.realtime].find(
      (name, index, all) => name !== undefined && all.indexOf(name) !== index,
    );
    if (twice !== undefined) throw new LayerError(`\`${twice}\` cannot be two devices of one filesystem`);
    const { m, i } = xfsFeatures(kernelVersion);
    const metadata = [`reflink=${spec.mkfs.reflink ? 1 : 0}`, `rmapbt=${spec.mkfs.rmapbt ? 1 : 0}`, ...m];
    stack.requests.push(
      run(
        `make XFS on ${spec.on}`,
        ...['mkfs.xfs', '-f', '-q', '-K', '-m', metadata.join(','), '-i', i.join(',')],
        ...(spec.mkfs.agcount === undefined ? [] : ['-d', `agcount=${spec.mkfs.agcount}`]),
        ...(log === undefined ? [] : ['-l', `logdev=${log},size=64m`]),
        ...(realtime === undefined ? [] : ['-r', `rtdev=${realtime}`, '-d', 'rtinherit=1']),
        ...spec.mkfs.options,
        device.path,
      ),
    );
    const options = [
      ...spec.mount,
      ...(log === undefined ? [] : [`logdev=${log}`]),
      ...(realtime === undefined ? [] : [`rtdev=${realtime}`]),
    ];
    addMount(
      stack,
      device,
      'xfs',
      { at: spec.at, mount: options },
      {
        ...(spec.log === undefined ? {} : { log: spec.log }),
        ...(spec.realtime === undefined ? {} : { realtime: spec.realtime }),
      },
    );
  },
});
