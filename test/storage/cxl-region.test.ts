// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { commands, gibi, mebi, planStack, refusal } from './plan-stack.ts';

const one = { nvdimms: [], cxl: [{ persistent: gibi, serial: 0x1000 }] };
const two = { nvdimms: [], cxl: [...one.cxl, { persistent: 512 * mebi, serial: 0x1001 }] };

/** What is asked last: the namespace. */
function last(yaml: string, options = one): string {
  return commands(planStack(yaml, options)).split('\n').at(-2) ?? '';
}

it('makes a region of all persistent memory of the device with the serial number, and traces events first', () => {
  const stack = planStack('- cxl-region: {name: region0}', one);
  const argv = stack.requests.map(({ args }) => ('argv' in args ? args.argv : []));
  expect(argv.map((words) => words.slice(4))).toEqual([
    [],
    ['0x1000', 'decoder0.0', String(gibi), 'pmem'],
    ['/sys/bus/nd/devices/region0'],
  ]);
  expect(argv[0]?.[2]).toContain('events/cxl/enable');
  expect(stack.regions).toEqual(new Map([['region0', { bytes: gibi, type: 'pmem' }]]));
});

it('makes two regions, on the device and the window of each', () => {
  const stack = planStack('- cxl-region: {name: region0}\n- cxl-region: {name: region1, size: 256M}', two);
  const argv = stack.requests.map(({ args }) => ('argv' in args ? args.argv.slice(4) : []));
  expect(argv.filter((words) => words.length === 4)).toEqual([
    ['0x1000', 'decoder0.0', String(gibi), 'pmem'],
    ['0x1001', 'decoder0.1', String(256 * mebi), 'pmem'],
  ]);
  // Events are switched on once.
  expect(stack.requests).toHaveLength(5);
});

it('is where namespaces are made, which always have labels there', () => {
  expect(last('- cxl-region: {name: region0}\n- namespace: {name: pmem0}')).toBe(
    'ndctl create-namespace -f -m fsdax -M dev -r region0',
  );
  expect(last('- cxl-region: {name: region0}\n- devdax: {name: dax0.0}')).toBe(
    'ndctl create-namespace -f -m devdax -a 2097152 -M dev -r region0',
  );
  const sized = planStack('- cxl-region: {name: region0}\n- namespace: {name: pmem0, size: 256M}', one);
  expect(commands(sized)).not.toContain('init-labels');
});

it.each([
  [
    '- cxl-region: {name: region1}',
    one,
    'region1 needs persistent memory on CXL device 1; the machine has 1 CXL device',
  ],
  [
    '- cxl-region: {name: region0}',
    {},
    'region0 needs persistent memory on CXL device 0; the machine has no CXL devices',
  ],
  ['- cxl-region: {name: region0, size: 2G}', one, '2G is not a size of 256M to 1024M in steps of 256M'],
  ['- cxl-region: {name: region0, size: 100M}', one, '100M is not a size of 256M to 1024M in steps of 256M'],
  ['- cxl-region: {name: region0}\n- cxl-region: {name: region0}', one, 'two regions have the name region0'],
  ['- namespace: {name: pmem0}', one, 'pmem0 is on region0, which no layer cxl-region before it makes'],
  ['- devdax: {name: dax0.0}', one, 'dax0.0 is on region0, which no layer cxl-region before it makes'],
  [
    '- cxl-region: {name: region0, size: 256M}\n- namespace: {name: pmem0, size: 512M}',
    one,
    '512M is not a size of 128M to 256M in steps of 16M',
  ],
])('is refused: %s', (yaml, options, why) => expect(refusal(yaml, options)).toBe(why));

describe('volatile memory', () => {
  const both = { nvdimms: [], cxl: [{ persistent: 256 * mebi, volatile: gibi, serial: 0x1000 }] };
  const ram = '- cxl-region: {name: region0, type: ram}\n';

  it('is a device of DAX, which kmem must not put online before a layer takes it', () => {
    const asked = commands(planStack(`${ram}- devdax: {name: dax0.0}`, both));
    expect(asked).toContain('modprobe {"modules":["dax_cxl"]}');
    expect(asked.indexOf('auto_online_blocks')).toBeLessThan(asked.indexOf('create-region'));
    expect(asked).toContain(`0x1000 decoder0.0 ${gibi} ram`);
    expect(asked).toContain('device_dax/new_id');
    expect(asked).not.toContain('ndctl');
  });

  it('can be system memory', () => {
    const yaml = `${ram}- devdax: {name: dax0.0}\n- system-ram: {device: dax0.0}`;
    expect(planStack(yaml, both).devices.get('dax0.0')).toMatchObject({ bytes: gibi, isSystemRam: true });
  });

  it.each([
    [`${ram}- namespace: {name: pmem0}`, both, 'region0 is volatile memory, on which no namespace can be made'],
    [ram, one, 'region0 needs volatile memory on CXL device 0; the machine has 1 CXL device'],
    [
      `${ram}- devdax: {name: dax0.0, align: 4K}`,
      both,
      'dax0.0 is volatile memory, which has neither `align` nor `map`',
    ],
  ])('%s is refused', (yaml, options, why) => expect(refusal(yaml, options)).toBe(why));
});
