// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { xfsFeatures } from '../../harness/storage/xfs.ts';
import { commands, planStack, refusal } from './plan-stack.ts';

const pmem = '- namespace: {name: pmem0}\n';
const both = 'mkfs: {reflink: true, rmapbt: true}';

const made = (yaml: string, kernelVersion?: string): string =>
  commands(planStack(`${pmem}${yaml}`, kernelVersion === undefined ? {} : { kernelVersion }))
    .split('\n')
    .slice(2)
    .join('\n');

it('makes XFS, every feature said, and mounts it', () => {
  expect(made(`- xfs: {device: pmem0, mount: /mnt, ${both}}`)).toMatchInlineSnapshot(`
    "mkfs.xfs -f -q -K -m reflink=1,rmapbt=1,bigtime=1,inobtcount=1 -i nrext64=1,exchange=1 /dev/pmem0
    mkdir -p /mnt
    mount -t xfs -o dax=always /dev/pmem0 /mnt"
  `);
});

it('makes it as it is told', () => {
  const mkfs = 'mkfs: {reflink: false, rmapbt: false, agcount: 7, options: [-d, "su=64k,sw=2"]}';
  expect(made(`- xfs: {device: pmem0, mount: /mnt/a, ${mkfs}, mount-options: [dax=inode, noatime]}`))
    .toMatchInlineSnapshot(`
    "mkfs.xfs -f -q -K -m reflink=0,rmapbt=0,bigtime=1,inobtcount=1 -i nrext64=1,exchange=1 -d agcount=7 -d su=64k,sw=2 /dev/pmem0
    mkdir -p /mnt/a
    mount -t xfs -o dax=inode,noatime /dev/pmem0 /mnt/a"
  `);
});

it('gives XFS a log or a realtime device of its own', () => {
  const log = planStack(
    `${pmem}- namespace: {name: pmem1}\n- xfs: {device: pmem0, mount: /mnt, log-device: pmem1, ${both}}`,
  );
  expect(commands(log).split('\n').slice(4).join('\n')).toMatchInlineSnapshot(`
    "mkfs.xfs -f -q -K -m reflink=1,rmapbt=1,bigtime=1,inobtcount=1 -i nrext64=1,exchange=1 -l logdev=/dev/pmem1,size=64m /dev/pmem0
    mkdir -p /mnt
    mount -t xfs -o dax=always,logdev=/dev/pmem1 /dev/pmem0 /mnt"
  `);
  expect(log.mounts.get('/mnt')).toMatchObject({ device: 'pmem0', logDevice: 'pmem1' });
  const none = 'mkfs: {reflink: false, rmapbt: false}';
  const realtime = planStack(
    `${pmem}- namespace: {name: pmem1}\n- xfs: {device: pmem0, mount: /mnt, realtime-device: pmem1, ${none}}`,
  );
  expect(commands(realtime).split('\n').slice(4).join('\n')).toMatchInlineSnapshot(`
    "mkfs.xfs -f -q -K -m reflink=0,rmapbt=0,bigtime=1,inobtcount=1 -i nrext64=1,exchange=1 -r rtdev=/dev/pmem1 -d rtinherit=1 /dev/pmem0
    mkdir -p /mnt
    mount -t xfs -o dax=always,rtdev=/dev/pmem1 /dev/pmem0 /mnt"
  `);
  expect(realtime.mounts.get('/mnt')).toMatchObject({ device: 'pmem0', realtimeDevice: 'pmem1' });
  const refused = [
    `${pmem}- xfs: {device: pmem0, mount: /mnt, log-device: pmem0, ${both}}`,
    `${pmem}- namespace: {name: pmem1}\n- xfs: {device: pmem0, mount: /mnt, log-device: pmem1, ${both}}\n- ext4: {device: pmem1, mount: /other}`,
  ];
  expect(refused.map((yaml) => refusal(yaml)).join('\n')).toMatchInlineSnapshot(`
    "\`pmem0\` cannot be two devices of one filesystem
    \`pmem1\` is in use by /mnt"
  `);
});

it('says no feature on that the kernel under test lacks', () => {
  const versions = ['5.10.250', '5.15.0', '6.1.170', '6.5.13', '6.6.0', '6.12.107', '7.2.12', '7.3-rc7'];
  const lines = versions.map((version) => `${version}: ${Object.values(xfsFeatures(version)).flat().join(' ')}`);
  expect(lines.join('\n')).toMatchInlineSnapshot(`
    "5.10.250: bigtime=0 inobtcount=0 nrext64=0 exchange=0
    5.15.0: bigtime=1 inobtcount=1 nrext64=0 exchange=0
    6.1.170: bigtime=1 inobtcount=1 nrext64=0 exchange=0
    6.5.13: bigtime=1 inobtcount=1 nrext64=0 exchange=0
    6.6.0: bigtime=1 inobtcount=1 nrext64=1 exchange=0
    6.12.107: bigtime=1 inobtcount=1 nrext64=1 exchange=1
    7.2.12: bigtime=1 inobtcount=1 nrext64=1 exchange=1
    7.3-rc7: bigtime=1 inobtcount=1 nrext64=1 exchange=1"
  `);
});

it('says every feature, on or off, whatever the kernel', () => {
  const names = (version: string): string =>
    Object.values(xfsFeatures(version))
      .flat()
      .map((one) => one.split('=')[0])
      .join(' ');
  expect(names('5.10.1')).toBe(names('7.2.12'));
});

it('makes ext4 without the features that old kernels lack', () => {
  expect(made('- ext4: {device: pmem0, mount: /mnt}')).toMatchInlineSnapshot(`
    "mkfs.ext4 -F -q -b 4096 -O '^orphan_file' -E nodiscard /dev/pmem0
    mkdir -p /mnt
    mount -t ext4 -o dax=always /dev/pmem0 /mnt"
  `);
  expect(made('- ext4: {device: pmem0, mount: /mnt, mkfs: [-O, "^has_journal"], mount-options: [dax]}'))
    .toMatchInlineSnapshot(`
    "mkfs.ext4 -F -q -b 4096 -O '^orphan_file' -E nodiscard -O '^has_journal' /dev/pmem0
    mkdir -p /mnt
    mount -t ext4 -o dax /dev/pmem0 /mnt"
  `);
});

it('plans several filesystems, each with the requests that mount it again', () => {
  const stack = planStack(`
- namespace: {name: pmem0}
- namespace: {name: pmem1}
- xfs: {device: pmem0, mount: /mnt, ${both}}
- ext4: {device: pmem1, mount: /mnt/other}`);
  expect([...stack.mounts.values()].map(({ path, device, type }) => `${type} ${device} ${path}`)).toEqual([
    'xfs pmem0 /mnt',
    'ext4 pmem1 /mnt/other',
  ]);
  for (const { requests } of stack.mounts.values()) expect(stack.requests).toEqual(expect.arrayContaining(requests));
});

it('refuses an impossible stack', () => {
  const refused = [
    `${pmem}- xfs: {device: pmem1, mount: /mnt, ${both}}`,
    `${pmem}- ext4: {device: linear0, mount: /mnt}`,
    `- namespace: {name: pmem0}\n- namespace: {name: pmem1}\n- xfs: {device: pmem0, mount: /mnt, ${both}}\n- ext4: {device: pmem1, mount: /mnt}`,
    `${pmem}- xfs: {device: pmem0, mount: /mnt, ${both}}\n- ext4: {device: pmem0, mount: /other}`,
    `${pmem}- xfs: {device: pmem0, mount: /mnt, ${both}}\n- dm-linear: {name: l, device: pmem0}`,
  ];
  expect(refused.map((yaml) => refusal(yaml)).join('\n')).toMatchInlineSnapshot(`
    "no device \`pmem1\` below this layer; devices: pmem0
    no device \`linear0\` below this layer; devices: pmem0
    two filesystems have the mount point /mnt
    \`pmem0\` is in use by /mnt
    \`pmem0\` is in use by /mnt"
  `);
});

it('wants reflink and rmapbt to be said, always', () => {
  expect(() => planStack(`${pmem}- xfs: {device: pmem0, mount: /mnt}`)).toThrow('`mkfs` is missing');
  expect(() => planStack(`${pmem}- xfs: {device: pmem0, mount: /mnt, mkfs: {reflink: true}}`)).toThrow(
    '`rmapbt` is missing',
  );
});

it('needs an absolute path as the mount point', () => {
  expect(() => planStack(`${pmem}- ext4: {device: pmem0, mount: mnt}`)).toThrow(
    '`mount` must be an absolute path such as /mnt, not `mnt`',
  );
});
