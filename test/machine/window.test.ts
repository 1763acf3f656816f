// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { qemuArgv, stateFacts, withoutKernel, type QemuPlan } from '../../harness/machine/argv.ts';
import { loadMachine } from '../../harness/machine/machine.ts';
import { windowIn } from '../../harness/machine/window.ts';

const buses = (address: number): Parameters<typeof windowIn>[0] => [
  {
    devices: [
      { qdev_id: '', regions: [{ bar: 0, address: 0xfebc0000 }] },
      {
        qdev_id: 'firmware',
        regions: [
          { bar: 0, address: 0xfebf0000 },
          { bar: 2, address },
        ],
      },
    ],
  },
];

const plan = (machine: string): QemuPlan => ({
  machine: loadMachine(machine),
  accelerator: 'tcg',
  tables: [],
  kernel: 'K',
  initrd: 'I',
  append: 'a b',
  memory: { ram: 'ram', nvdimms: ['nv'], window: 'window-file' },
  share: true,
  incoming: false,
  sockets: 'S',
  console: 'C',
});

test('the window is where the BIOS put its BAR; before that it is nowhere', () => {
  expect(windowIn(buses(0xfe800000))).toBe(0xfe800000);
  expect(windowIn(buses(-1))).toBeUndefined();
  expect(windowIn(buses(0))).toBeUndefined();
  expect(windowIn(buses(2 ** 64))).toBeUndefined();
  expect(windowIn([{ devices: [] }])).toBeUndefined();
});

test('only a machine with ghes or einj pays for the window', () => {
  const own = (machine: string): string[] =>
    qemuArgv(plan(machine)).filter((word) => /window|doorbell|qtest|ivshmem|debugcon/.test(word));
  expect(own('one-nvdimm')).toEqual([]);
  expect(own('ras')).toMatchInlineSnapshot(`
    [
      "memory-backend-file,id=window,share=off,mem-path=window-file,size=1M",
      "ivshmem-plain,id=firmware,memdev=window,master=on",
      "socket,id=doorbell,path=S/doorbell.sock,server=on,wait=off",
      "isa-debugcon,iobase=0x5f0,chardev=doorbell",
      "-qtest",
      "unix:S/qtest.sock,server=on,wait=off",
      "-qtest-log",
    ]
  `);
});

test('without a kernel the devices are the same', () => {
  const argv = qemuArgv(plan('ras'));
  expect(withoutKernel(argv)).toEqual(
    argv.filter((word) => !['-kernel', 'K', '-initrd', 'I', '-append', 'a b'].includes(word)),
  );
});

test('a saved state depends on the content of the tables', () => {
  const facts = (id: string): string =>
    JSON.stringify(stateFacts({ ...plan('ras'), tables: [{ path: '/x/t.aml', id }] }));
  expect(facts('one')).not.toBe(facts('two'));
  expect(facts('one')).not.toContain('/x/t.aml');
});
