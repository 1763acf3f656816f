// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { renderError } from '../../harness/host/errors.ts';
import { checkYaml } from '../../harness/host/yaml/check.ts';
import { parseYaml } from '../../harness/host/yaml/yaml.ts';
import {
  loadMachine,
  machineNames,
  machineSchema,
  requireSavable,
  whyNotSaved,
} from '../../harness/machine/machine.ts';

function complaint(run: () => unknown): string {
  try {
    run();
    return 'right';
  } catch (error) {
    return renderError(error);
  }
}

it('loads every machine that ships', () => {
  expect(machineNames()).toEqual(expect.arrayContaining(['one-nvdimm', 'q35', 'two-nvdimms']));
  for (const name of machineNames()) {
    const { nvdimms, cxl = [], 'virtio-pmem': virtio = [] } = loadMachine(name);
    expect(nvdimms.length + cxl.length + virtio.length).toBeGreaterThan(0);
  }
});

it('fills in what a file does not say', () => {
  const text = 'title: t\nmachine: pc\nnvdimms: [{size: 1G}]\n';
  expect(checkYaml(parseYaml(text, 'm.yaml'), machineSchema)).toMatchInlineSnapshot(`
    {
      "cpu": "max,vendor=GenuineIntel,family=6,model=106,stepping=6",
      "cpus": 2,
      "firmware": [
        "ars",
      ],
      "machine": "pc",
      "memory": 536870912,
      "nvdimms": [
        {
          "align": 2097152,
          "label": 135168,
          "size": 1073741824,
        },
      ],
      "title": "t",
    }
  `);
});

it('claims an Intel CPU, without which machine checks are not recovered from', () => {
  for (const name of machineNames()) expect(loadMachine(name).cpu).toContain('vendor=GenuineIntel');
});

it('names the machine that was meant, and those that there are', () => {
  expect(complaint(() => loadMachine('two-nvdimm', 's.yaml:4:1'))).toMatchInlineSnapshot(`
    "s.yaml:4:1: there is no machine \`two-nvdimm\`, did you mean \`two-nvdimms\`?
      machines (qemu/*.yaml): consume, cxl, cxl-volatile, few-records, freed-memory, memmap, nfit-test, no-erms, odd-nvdimm, one-nvdimm, plain, preemption, q35, ras, ras-q35, small-nvdimm, sparse-nvdimm, three-nvdimms, two-cxl, two-nodes, two-nvdimms, virtio-pmem, virtio-pmem-no-flush"
  `);
  expect(complaint(() => loadMachine('vax'))).toMatch(/^there is no machine `vax`\n/);
});

it('does not take a path for a name', () => {
  expect(complaint(() => loadMachine('../qemu/q35'))).toMatch(/^there is no machine/);
});

it('tells what is wrong in a machine file', () => {
  const texts = [
    'title: t\nmachine: pc\nnvdimms: [{size: 1X}]\n',
    'title: t\nmachine: pc\nnvdimms: [{size: 0}]\n',
    'title: t\nmachine: pc\nnvdimms: [{size: "0"}]\n',
    'title: t\nmachine: pc\nnvdims: []\n',
    'title: t\nmachine: pc\nnvdimms: [{siz: 1G}]\n',
    'title: t\nmachine: virt\nnvdimms: []\n',
    'title: t\nmachine: pc\ncpus: 0\nnvdimms: []\n',
    'title: t\nmachine: pc\nmemory: lots\nnvdimms: []\n',
    'title: t\nmachine: pc\n',
  ];
  const told = texts.map((text) => complaint(() => checkYaml(parseYaml(text, 'm.yaml'), machineSchema)));
  expect(told.join('\n')).toMatchInlineSnapshot(`
    "m.yaml:3:12: \`size\`: 1X is not a size; write 512M, 1G or 128K
      size: Bytes that the guest sees as persistent memory, without the label area
    m.yaml:3:12: \`size\` must be text, not 0; put it in quotes
      size: Bytes that the guest sees as persistent memory, without the label area
    m.yaml:3:12: \`size\`: 0 is not a size; write 512M, 1G or 128K
      size: Bytes that the guest sees as persistent memory, without the label area
    m.yaml:3:1: unknown key \`nvdims\`, did you mean \`nvdimms\`?
      known here: title, machine, cpu, cpus, memory, firmware, command-line, plugin, nvdimms, cxl, virtio-pmem
    m.yaml:3:12: unknown key \`siz\`, did you mean \`size\`?
      known here: size, label, align, node
    m.yaml:2:1: \`machine\` must be one of pc, q35, not \`virt\`
      machine: QEMU machine type
    m.yaml:3:1: \`cpus\` must be a whole number from 1 to 16, not 0
      cpus: Virtual CPUs
    m.yaml:3:1: \`memory\`: lots is not a size; write 512M, 1G or 128K
      memory: Guest RAM
    m.yaml:1:1: \`nvdimms\` is missing
      nvdimms: NVDIMMs in slot order; the first is region0 in the guest"
  `);
});

describe('a machine with CXL devices', () => {
  const machine = (more: string, of = 'q35'): string =>
    complaint(() =>
      checkYaml(parseYaml(`title: t\nmachine: ${of}\nfirmware: []\nnvdimms: []\n${more}\n`, 'm.yaml'), machineSchema),
    );

  it.each(['cxl: [{persistent: 1G}]', 'cxl: [{volatile: 256M}, {persistent: 256M, volatile: 512M, label: 2M}]'])(
    'may have %s',
    (cxl) => expect(machine(cxl)).toBe('right'),
  );

  it.each([
    ['cxl: [{persistent: 100M}]', 'CXL memory comes in steps of 256M'],
    ['cxl: [{label: 1M}]', 'needs `persistent`, `volatile` or both'],
    ['cxl: []', 'cxl'],
    ['cxl: [{persistent: 1G}, {persistent: 1G}, {persistent: 1G}]', 'cxl'],
  ])('may not have %s', (cxl, why) => expect(machine(cxl)).toContain(why));

  it('is q35', () => {
    expect(machine('cxl: [{persistent: 1G}]', 'pc')).toContain('a machine with `cxl` is `machine: q35`');
  });
});

describe('a machine with virtio-pmem devices', () => {
  const machine = (more: string): string =>
    complaint(() => checkYaml(parseYaml(`title: t\nmachine: pc\n${more}\n`, 'm.yaml'), machineSchema));
  const alone = 'firmware: []\nnvdimms: []\n';

  it.each(['virtio-pmem: [{size: 1G}]', 'virtio-pmem: [{size: 128M, flush: fails}, {size: 256M}]'])(
    'may have %s',
    (devices) => expect(machine(`${alone}${devices}`)).toBe('right'),
  );

  it.each([
    [`${alone}virtio-pmem: [{size: 100M}]`, 'memory of a virtio device comes in steps of 128M'],
    [`${alone}virtio-pmem: []`, 'virtio-pmem'],
    [
      'firmware: []\nnvdimms: [{size: 1G}]\nvirtio-pmem: [{size: 1G}]',
      'has `firmware: []`, `nvdimms: []` and no `cxl`',
    ],
    ['nvdimms: []\nvirtio-pmem: [{size: 1G}]', 'has `firmware: []`, `nvdimms: []` and no `cxl`'],
  ])('may not have %s', (text, why) => expect(machine(text)).toContain(why));

  it('has guests that cannot be saved, unlike all others', () => {
    expect(machineNames().filter((name) => whyNotSaved(loadMachine(name)) !== undefined)).toEqual([
      'virtio-pmem',
      'virtio-pmem-no-flush',
    ]);
    expect(() => requireSavable(loadMachine('virtio-pmem'))).toThrow(
      'a guest of the machine virtio-pmem cannot be saved or forked',
    );
  });
});
