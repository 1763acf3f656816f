// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { baseDevices, basePlace, type Place, type Stack } from '../../harness/storage/layer.ts';
import { commands, gibi, planStack, mebi, refusal } from './plan-stack.ts';

const two = '- namespace: {name: pmem0, map: mem}\n- namespace: {name: pmem1, map: mem, mode: raw}\n';

/** Every chunk of a device, and where it lies below. */
function chunks(stack: Stack, name: string, chunk: number): Place[] {
  const device = stack.devices.get(name);
  if (device?.below === undefined) throw new Error(`${name} stands on nothing`);
  const { below, bytes } = device;
  return Array.from({ length: Math.floor(bytes / chunk) }, (_, index) => below(index * chunk));
}

it('plans dm-linear over one device: byte for byte', () => {
  const stack = planStack(`${two}- dm-linear: {name: linear0, device: pmem0}`);
  expect(commands(stack).split('\n').slice(-2).join('\n')).toMatchInlineSnapshot(`
    "DM_DISABLE_UDEV=1 dmsetup create linear0 --table '0 2088960 linear /dev/pmem0 0'
    test -b /dev/mapper/linear0"
  `);
  expect(stack.devices.get('linear0')).toMatchObject({
    path: '/dev/mapper/linear0',
    kind: 'dm',
    devices: ['pmem0'],
    bytes: gibi - 4 * mebi,
  });
  expect(basePlace(stack, { device: 'linear0', offset: 12345 })).toEqual({ device: 'pmem0', offset: 12345 });
});

it('plans dm-linear over two devices, end to end', () => {
  const stack = planStack(`${two}- dm-linear: {name: linear0, devices: [pmem0, pmem1]}`);
  expect(commands(stack).split('\n').slice(-3).join('\n')).toMatchInlineSnapshot(`
    "DM_DISABLE_UDEV=1 dmsetup create linear0 --table '0 2088960 linear /dev/pmem0 0
    2088960 2097152 linear /dev/pmem1 0'
    test -b /dev/mapper/linear0"
  `);
  const first = stack.devices.get('pmem0')?.bytes ?? 0;
  const at = (offset: number): Place => basePlace(stack, { device: 'linear0', offset });
  expect([at(0), at(first - 1), at(first), at(first + 4096)]).toEqual([
    { device: 'pmem0', offset: 0 },
    { device: 'pmem0', offset: first - 1 },
    { device: 'pmem1', offset: 0 },
    { device: 'pmem1', offset: 4096 },
  ]);
  expect(baseDevices(stack, 'linear0')).toEqual(['pmem0', 'pmem1']);
});

it('leaves out the beginning of each device that dm-linear stands on', () => {
  const stack = planStack(`${two}- dm-linear: {name: linear0, devices: [pmem0, pmem1], offset: 16M}`);
  expect(commands(stack).split('\n').slice(-3).join('\n')).toMatchInlineSnapshot(`
    "DM_DISABLE_UDEV=1 dmsetup create linear0 --table '0 2056192 linear /dev/pmem0 32768
    2056192 2064384 linear /dev/pmem1 32768'
    test -b /dev/mapper/linear0"
  `);
  const first = (stack.devices.get('pmem0')?.bytes ?? 0) - 16 * mebi;
  const at = (offset: number): Place => basePlace(stack, { device: 'linear0', offset });
  expect([at(0), at(first - 1), at(first)]).toEqual([
    { device: 'pmem0', offset: 16 * mebi },
    { device: 'pmem0', offset: first + 16 * mebi - 1 },
    { device: 'pmem1', offset: 16 * mebi },
  ]);
  expect(refusal(`${two}- dm-linear: {name: linear0, device: pmem0, offset: 3K}`)).toBe(
    'offset 3K is not a multiple of 4K',
  );
  expect(refusal(`${two}- dm-linear: {name: linear0, device: pmem0, offset: 1G}`)).toBe(
    'pmem0 is not larger than the offset 1G',
  );
});

it('plans dm-writecache over a device, with a namespace as its cache', () => {
  const cached = `${two}- dm-writecache: {name: cached0, device: pmem1, cache-device: pmem0}`;
  const stack = planStack(cached);
  expect(commands(stack).split('\n').slice(-2).join('\n')).toMatchInlineSnapshot(`
    "DM_DISABLE_UDEV=1 dmsetup create cached0 --table '0 2097152 writecache p /dev/pmem1 /dev/pmem0 4096 0'
    test -b /dev/mapper/cached0"
  `);
  expect(basePlace(stack, { device: 'cached0', offset: 12345 })).toEqual({ device: 'pmem1', offset: 12345 });
  expect(refusal(`${cached}\n- dm-linear: {name: linear0, device: pmem0}`)).toBe('`pmem0` is in use by cached0');
  expect(refusal(`${two}- dm-writecache: {name: cached0, device: pmem0, cache-device: pmem0}`)).toBe(
    'cached0 uses `pmem0` twice',
  );
  expect(
    refusal(`${two}- dm-linear: {name: l, device: pmem0}\n- dm-writecache: {name: c, device: pmem1, cache-device: l}`),
  ).toBe('the cache device l is not a namespace');
});

it('deals the chunks of dm-stripe out in turn', () => {
  const stack = planStack(`${two}- dm-stripe: {name: stripe0, devices: [pmem1, pmem0]}`);
  expect(commands(stack).split('\n').slice(-2).join('\n')).toMatchInlineSnapshot(`
    "DM_DISABLE_UDEV=1 dmsetup create stripe0 --table '0 4177920 striped 2 128 /dev/pmem1 0 /dev/pmem0 0'
    test -b /dev/mapper/stripe0"
  `);
  const at = (offset: number): Place => basePlace(stack, { device: 'stripe0', offset });
  expect([at(0), at(65536 + 5), at(2 * 65536), at(3 * 65536 + 7)]).toEqual([
    { device: 'pmem1', offset: 0 },
    { device: 'pmem0', offset: 5 },
    { device: 'pmem1', offset: 65536 },
    { device: 'pmem0', offset: 65536 + 7 },
  ]);
});

it('plans dm-log-writes over a device, byte for byte, and takes the device of its log', () => {
  const logged = `${two}- dm-log-writes: {name: logged, device: pmem0, log-device: pmem1}`;
  const stack = planStack(logged);
  expect(commands(stack).split('\n').slice(-2).join('\n')).toMatchInlineSnapshot(`
    "DM_DISABLE_UDEV=1 dmsetup create logged --table '0 2088960 log-writes /dev/pmem0 /dev/pmem1'
    test -b /dev/mapper/logged"
  `);
  expect(basePlace(stack, { device: 'logged', offset: 12345 })).toEqual({ device: 'pmem0', offset: 12345 });
  expect(refusal(`${logged}\n- dm-linear: {name: linear0, device: pmem1}`)).toBe('`pmem1` is in use by logged');
  expect(refusal(`${two}- dm-log-writes: {name: logged, device: pmem0, log-device: pmem0}`)).toBe(
    'logged uses `pmem0` twice',
  );
});

it.each([
  ['dm-stripe of two', `${two}- dm-stripe: {name: top, devices: [pmem0, pmem1], chunk: 1M}`],
  [
    'dm-stripe of three',
    `${two}- namespace: {name: pmem2, size: 256M}\n- dm-stripe: {name: top, devices: [pmem0, pmem1, pmem2], chunk: 128K}`,
  ],
  ['dm-linear of two', `${two}- dm-linear: {name: top, devices: [pmem0, pmem1]}`],
])('puts each chunk of %s in a place of its own, within its leg, and fills the legs', (_what, yaml) => {
  const stack = planStack(yaml, { nvdimms: [gibi, gibi / 2, gibi] });
  const size = 65536;
  const places = chunks(stack, 'top', size);
  expect(new Set(places.map(({ device, offset }) => `${device} ${offset}`)).size).toBe(places.length);
  expect(
    places.every(
      ({ device, offset }) => offset % size === 0 && offset + size <= (stack.devices.get(device)?.bytes ?? 0),
    ),
  ).toBe(true);
  for (const leg of stack.devices.get('top')?.devices ?? []) {
    const offsets = places.filter(({ device }) => device === leg).map(({ offset }) => offset);
    // No holes: the last chunk of a leg is at (count - 1) * size.
    expect(offsets.reduce((most, offset) => Math.max(most, offset), 0)).toBe((offsets.length - 1) * size);
  }
});

it('leaves out the beginning of each leg of dm-stripe', () => {
  const stack = planStack(`${two}- dm-stripe: {name: top, devices: [pmem0, pmem1], chunk: 1M, offset: 32M}`);
  expect(commands(stack).split('\n').at(-2)).toMatchInlineSnapshot(
    `"DM_DISABLE_UDEV=1 dmsetup create top --table '0 4046848 striped 2 2048 /dev/pmem0 65536 /dev/pmem1 65536'"`,
  );
  expect(basePlace(stack, { device: 'top', offset: 3 * mebi + 7 })).toEqual({ device: 'pmem1', offset: 33 * mebi + 7 });
  const { bytes = 0 } = stack.devices.get('top') ?? {};
  expect(basePlace(stack, { device: 'top', offset: bytes - 1 }).offset).toBeLessThan(
    stack.devices.get('pmem0')?.bytes ?? 0,
  );
});

it('keeps bytes of one chunk together', () => {
  const stack = planStack(`${two}- dm-stripe: {name: top, devices: [pmem0, pmem1], chunk: 4K}`);
  for (const offset of [0, 1, 4095, 4096, 8191, 8192, 1_000_001]) {
    const start = Math.floor(offset / 4096) * 4096;
    const [byte, chunk] = [
      basePlace(stack, { device: 'top', offset }),
      basePlace(stack, { device: 'top', offset: start }),
    ];
    expect(byte).toEqual({ device: chunk.device, offset: chunk.offset + offset - start });
  }
});

it('goes through several layers: a linear over a stripe over partitions', () => {
  const stack = planStack(`
- namespace: {name: pmem0, mode: raw}
- namespace: {name: pmem1, mode: raw}
- partition: {device: pmem0, start: 4M}
- partition: {device: pmem1, start: 2M}
- dm-stripe: {name: s, devices: [pmem0p1, pmem1p1], chunk: 64K}
- dm-linear: {name: top, device: s}`);
  expect(basePlace(stack, { device: 'top', offset: 65536 * 3 + 100 })).toEqual({
    device: 'pmem1',
    offset: 2 * mebi + 65536 + 100,
  });
  expect(baseDevices(stack, 'top')).toEqual(['pmem0', 'pmem1']);
});

it('makes nodes without udev, which no guest has', () => {
  const stack = planStack(`${two}- dm-linear: {name: linear0, device: pmem0}`);
  expect(stack.requests.find(({ why }) => why === 'create linear0')).toMatchObject({
    args: { env: { DM_DISABLE_UDEV: '1' } },
  });
});

it('refuses what cannot be', () => {
  const refused = [
    '- dm-linear: {name: linear0, device: pmem0}',
    `${two}- dm-linear: {name: linear0, devices: [pmem0, pmem3]}`,
    `${two}- dm-linear: {name: a/b, device: pmem0}`,
    `${two}- dm-linear: {name: pmem0, device: pmem1}`,
    `${two}- dm-stripe: {name: s, devices: [pmem0, pmem1], chunk: 3K}`,
    `${two}- dm-stripe: {name: s, devices: [pmem0, pmem1], chunk: 96K}`,
    `${two}- dm-stripe: {name: s, devices: [pmem0, pmem1], chunk: big}`,
    `${two}- dm-linear: {name: linear0, devices: [pmem0, pmem0]}`,
    `${two}- dm-stripe: {name: s, devices: [pmem0, pmem0]}`,
    `${two}- dm-linear: {name: a, device: pmem0}\n- dm-linear: {name: b, device: pmem0}`,
    `${two}- dm-stripe: {name: s, devices: [pmem0, pmem1], chunk: 2G}`,
  ];
  expect(refused.map((yaml) => refusal(yaml)).join('\n')).toMatchInlineSnapshot(`
    "no device \`pmem0\` below this layer; devices: none
    no device \`pmem3\` below this layer; devices: pmem0, pmem1
    \`a/b\` is not a device-mapper name
    two devices have the name \`pmem0\`
    chunk 3K is not a power of two of at least 4K
    chunk 96K is not a power of two of at least 4K
    chunk big is not a power of two of at least 4K
    linear0 uses \`pmem0\` twice
    s uses \`pmem0\` twice
    \`pmem0\` is in use by a
    a leg is smaller than a chunk of 2G"
  `);
});
