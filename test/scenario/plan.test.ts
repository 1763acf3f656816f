// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { bootKey, extendKey, type BootPlan } from '../../harness/guest/checkpoints.ts';
import type { StageRequests } from '../../harness/guest/stage.ts';
import { projectRoot } from '../../harness/host/places.ts';
import { loadMachine } from '../../harness/machine/machine.ts';
import { findScenarios, parseScenario, type Scenario } from '../../harness/scenario/load.ts';
import { bootModules, planCells, planGuest, skipReason } from '../../harness/scenario/plan.ts';
import { renderPlan } from '../../harness/run/render-plan.ts';
import { changed, right } from './shown.ts';

const scenario = (text = right): Scenario => parseScenario(text, 'x.yaml');
const everything = { version: '6.12.107', has: () => true };

describe('cells', () => {
  const other = { ...scenario(), name: 'other' };

  it('are every scenario on every kernel, kernel by kernel', () => {
    const cells = planCells([scenario(), other], ['6.1', '6.12'], 1);
    expect(cells.map(({ id }) => id)).toEqual(['6.1 x.yaml', '6.1 other', '6.12 x.yaml', '6.12 other']);
  });

  it('carry a key of what the scenario does, which its words and known entries do not change', () => {
    const contentOf = (text: string) => planCells([scenario(text)], ['6.12'], 1)[0]?.content;
    const content = contentOf(right);
    expect(content).toMatch(/^[\da-f]{20}$/);
    expect(contentOf(changed('Unbinding signals', 'Unbinding should signal'))).toBe(content);
    expect(contentOf(`${right}known:\n  - {kernels: "6.1", verdict: hang, report: f, because: it spins}\n`)).toBe(
      content,
    );
    expect(contentOf(changed('count: 3', 'count: 2'))).not.toBe(content);
    expect(contentOf(changed('BUS_MCEERR_AO', 'BUS_MCEERR_AR'))).not.toBe(content);
    expect(contentOf(changed('reflink: true', 'reflink: false'))).not.toBe(content);
  });

  it('are counted when they are repeated, each with its own folder', () => {
    const cells = planCells([scenario()], ['6.12'], 3);
    expect(cells.map(({ id, repeat }) => [id, repeat])).toEqual([
      ['6.12 x.yaml #1', 1],
      ['6.12 x.yaml #2', 2],
      ['6.12 x.yaml #3', 3],
    ]);
    expect(new Set(cells.map(({ folder }) => folder)).size).toBe(3);
  });

  it('tell how to run them again, to be pasted', () => {
    const [cell] = planCells([{ ...scenario(), name: 'my scenario.yaml' }], ['image:/b z,/lib/modules/x'], 1);
    expect(cell?.reproduce).toBe(`npx hazmat run 'my scenario.yaml' --kernel 'image:/b z,/lib/modules/x'`);
    const [built] = planCells([scenario()], ['source:6.12'], 1, [
      '--config',
      'kasan,lockdep',
      '--append',
      'slub_debug=FZ quiet',
    ]);
    expect(built?.reproduce).toMatch(/ --kernel source:6\.12 --config kasan,lockdep --append 'slub_debug=FZ quiet'$/);
  });
});

describe('a cell is skipped', () => {
  const needing = scenario(changed('steps:', 'needs: [xfs-memory-failure, pre-remove]\nsteps:'));

  it.each([
    ['5.10.250', /^needs xfs-memory-failure: .* before 6\.0 .*; needs pre-remove: .*before 6\.8 /],
    ['6.1.192', /^needs pre-remove: .*before 6\.8 /],
  ])('on %s, for the features that it lacks', (version, reason) => {
    expect(skipReason(needing, { ...everything, version })).toMatch(reason);
  });

  it.each(['6.8.0', '7.3-rc7'])('on %s it is not', (version) => {
    expect(skipReason(needing, { ...everything, version })).toBeUndefined();
  });

  it('on a kernel without a module that its stack or a step needs', () => {
    const hwpoison = changed('- unbind: pmem0', '- poison: {route: hwpoison, page: 0, file: /mnt/data}');
    const without = (missing: string[]) => ({ ...everything, has: (module: string) => !missing.includes(module) });
    expect(skipReason(scenario(hwpoison), everything)).toBeUndefined();
    expect(skipReason(scenario(hwpoison), without(['xfs', 'hwpoison_inject']))).toBe(
      'this kernel has no module xfs, hwpoison_inject',
    );
    expect(skipReason(scenario(), without(['hwpoison_inject', 'ext4']))).toBeUndefined();
  });

  it('not for a module that only a step for other kernels needs', () => {
    const text = changed(
      '- unbind: pmem0',
      '- poison: {route: hwpoison, page: 0, file: /mnt/data}\n    kernels: ">=7.0"',
    );
    const has = (module: string): boolean => module !== 'hwpoison_inject';
    expect(skipReason(scenario(text), { version: '6.12.1', has })).toBeUndefined();
    expect(skipReason(scenario(text), { version: '7.0.1', has })).toBe('this kernel has no module hwpoison_inject');
  });

  it('for want of no module that the guest does not load at boot', () => {
    for (const { machine, layers, steps, name } of findScenarios([])) {
      const wanted = [
        ...layers.flatMap(({ kind }) => (kind.isLate === true ? [] : kind.modules)),
        ...steps.flatMap(({ kind, args }) => kind.modules?.(args) ?? []),
      ];
      expect(bootModules({ accelerator: 'tcg', machine }), name).toEqual(expect.arrayContaining(wanted));
    }
  });
});

describe('what a guest needs', () => {
  it('is its stack, then its files and processes, and the facts that steps want later', () => {
    const { stages, stack, layout } = planGuest(scenario(), '6.12.107');
    const counts = stages.map(({ title, requests }): [string, number] => [title, requests.length]);
    expect(counts).toEqual([
      ['stack', 2],
      ['stack', stack.requests.length - 2],
      ['processes', layout.fileRequests.length + layout.processRequests.length],
    ]);
    expect(stages.map(({ facts }) => facts.map(({ name }) => name))).toEqual([
      ['pmem0 device', 'pmem0 resource'],
      [],
      [],
    ]);
  });

  it('has the features of the kernel under test, and the steps that are for it', () => {
    const text = changed('- unbind: pmem0', '- unbind: pmem0\n    kernels: ">=6.6"');
    const plan = (version: string) => planGuest(scenario(text), version);
    expect(plan('6.1.0').steps.map(({ kind }) => kind.key)).toEqual(['signals']);
    expect(plan('6.6.0').steps.map(({ kind }) => kind.key)).toEqual(['unbind', 'signals']);
    expect(JSON.stringify(plan('6.1.0').stack.requests)).toContain('nrext64=0');
    expect(JSON.stringify(plan('6.6.0').stack.requests)).toContain('nrext64=1');
  });

  it('is planned again each time: no cell can disturb another', () => {
    const one = scenario();
    const first = planGuest(one, '6.12.0');
    first.layout.files.get('/mnt/data')?.seeds.fill(9);
    expect(planGuest(one, '6.12.0').layout.files.get('/mnt/data')?.seeds[0]).toBe(1);
  });
});

it('renders a plan to be read, with commands to be pasted', () => {
  const text = renderPlan(planCells([scenario()], ['debian:6.1'], 1)).replaceAll(projectRoot, 'CHECKOUT');
  expect(text).toMatchInlineSnapshot(`
    "1 cell

    # machine one-nvdimm: One NVDIMM of 1 GiB
    truncate -s 536870912 ram
    truncate -s 1073876992 nvdimm0
    qemu-system-x86_64 \\
      -nodefaults \\
      -no-user-config \\
      -display none \\
      -vga none \\
      -nic none \\
      -sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny \\
      -machine pc,nvdimm=on,memory-backend=ram,vmport=off,hpet=off \\
      -accel tcg,thread=multi \\
      -cpu max,vendor=GenuineIntel,family=6,model=106,stepping=6 \\
      -smp 2 \\
      -m size=512M,slots=1,maxmem=4096M \\
      -object memory-backend-file,id=ram,share=on,mem-path=ram,size=512M \\
      -object memory-backend-file,id=nvm0,share=on,mem-path=nvdimm0,size=1073876992,align=2M \\
      -device nvdimm,id=nvdimm0,memdev=nvm0,label-size=135168 \\
      -acpitable file=CHECKOUT/qemu/acpi/ars.aml \\
      -device virtio-serial-pci,id=ports \\
      -chardev socket,id=agent,path=./agent.sock,server=on,wait=off \\
      -device virtserialport,chardev=agent,name=hazmat.agent \\
      -chardev socket,id=ssh,path=./ssh.sock,server=on,wait=off \\
      -device virtserialport,chardev=ssh,name=hazmat.ssh \\
      -chardev socket,id=console,path=./console.sock,server=on,wait=off,logfile=console.log,logappend=on \\
      -serial chardev:console \\
      -chardev socket,id=qmp,path=./qmp.sock,server=on,wait=off \\
      -mon chardev=qmp,mode=control \\
      -no-reboot \\
      -kernel VMLINUZ \\
      -initrd INITRAMFS \\
      -append 'console=ttyS0 earlyprintk=ttyS0 panic=-1 log_buf_len=16M sysrq_always_enabled no_timer_check random.trust_cpu=on tsc=reliable raid=noautodetect cryptomgr.notests nopti'

    # debian:6.1 x.yaml: Unbinding signals every mapper
      stack: ndctl create-namespace -f -m fsdax -M dev -e namespace0.0
      stack: test -b /dev/pmem0
      stack: mkfs.xfs -f -q -K -m reflink=1,rmapbt=1,bigtime=1,inobtcount=1 -i nrext64=0,exchange=0 /dev/pmem0
      stack: mkdir -p /mnt
      stack: mount -t xfs -o dax=always /dev/pmem0 /mnt
      processes: fill {"file":"/mnt/data","page":0,"pages":16,"seed":1}
      processes: spawn {"process":"mappers/1","early":false}
      processes: map {"process":"mappers/1","file":"/mnt/data","page":0,"pages":16,"mode":"shared","sync":false,"protection":"write"}
      processes: touch {"process":"mappers/1","page":0,"pages":16,"how":"store","seed":1}
      processes: spawn {"process":"mappers/2","early":false}
      processes: map {"process":"mappers/2","file":"/mnt/data","page":0,"pages":16,"mode":"shared","sync":false,"protection":"write"}
      processes: touch {"process":"mappers/2","page":0,"pages":16,"how":"store","seed":1}
      processes: spawn {"process":"mappers/3","early":false}
      processes: map {"process":"mappers/3","file":"/mnt/data","page":0,"pages":16,"mode":"shared","sync":false,"protection":"write"}
      processes: touch {"process":"mappers/3","page":0,"pages":16,"how":"store","seed":1}
      step: unbind pmem0
      step: signals BUS_MCEERR_AO to mappers
    "
  `);
});

describe('a machine with CXL devices', () => {
  const text = `
title: On CXL
machine: cxl
stack:
  - cxl-region: {name: region0}
  - namespace: {name: pmem0}
files: {}
steps:
  - unbind: {memdev: mem0}
`;

  it('is skipped on a QEMU that is too old, with how to run it', () => {
    const reason = (qemuVersion: string): string | undefined =>
      skipReason(scenario(text), { ...everything, qemuVersion });
    expect(reason('7.2.22')).toContain('--qemu debian:trixie-backports');
    expect(reason('10.0.13')).toBeUndefined();
    expect(reason('11.1.3')).toBeUndefined();
  });

  it('alone loads the modules of CXL', () => {
    const modules = (name: string): string[] => bootModules({ accelerator: 'tcg', machine: loadMachine(name) });
    expect(modules('cxl')).toEqual(expect.arrayContaining(['cxl_acpi', 'cxl_mem', 'cxl_pci', 'cxl_pmem']));
    expect(modules('q35').filter((module) => module.startsWith('cxl'))).toEqual([]);
  });

  it('makes its region and its namespaces in the first stage', () => {
    const [first] = planGuest(scenario(text), '6.12.0').stages;
    expect(first?.requests.map(({ why }) => why)).toEqual(
      expect.arrayContaining(['create region0', 'create namespace pmem0']),
    );
    expect(first?.facts.map(({ name }) => name)).toEqual(['pmem0 device', 'pmem0 resource']);
  });
});

describe('keys of checkpoints', () => {
  const boot: BootPlan = {
    machine: loadMachine('one-nvdimm'),
    accelerator: 'tcg',
    kernel: { image: '/k', id: 'kernel' },
    initrd: { path: '/i', id: 'initrd' },
    append: '',
    modules: ['nfit', 'xfs'],
    window: undefined,
    qemu: { argv: ['qemu-system-x86_64'], version: '7.2.22' },
  };
  const layer: StageRequests = planGuest(scenario(), '6.12.0').stages[0] ?? { title: '', requests: [], facts: [] };

  it('change with everything that goes into a booted guest', () => {
    const changes: Partial<BootPlan>[] = [
      { machine: loadMachine('two-nvdimms') },
      { machine: { ...boot.machine, memory: 2 ** 30 } },
      { machine: { ...boot.machine, cpus: 4 } },
      { machine: { ...boot.machine, firmware: [] } },
      { accelerator: 'kvm' },
      { kernel: { image: '/k', id: 'another' } },
      { initrd: { path: '/i', id: 'another' } },
      { append: 'nokaslr' },
      { machine: loadMachine('ras'), window: 0xfe00_0000 },
      { machine: loadMachine('ras'), window: 0xfd00_0000 },
      { modules: ['nfit'] },
      { qemu: { argv: ['qemu-system-x86_64'], version: '7.2.23' } },
    ];
    const keys = [boot, ...changes.map((change) => ({ ...boot, ...change }))].map(bootKey);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('stay the same wherever kernel and initramfs lie, and whatever the machine is called', () => {
    const elsewhere = { ...boot, kernel: { image: '/else', id: 'kernel' }, initrd: { path: '/else', id: 'initrd' } };
    expect(bootKey(elsewhere)).toBe(bootKey(boot));
    expect(bootKey({ ...boot, machine: { ...boot.machine, name: 'mine', title: 'Mine' } })).toBe(bootKey(boot));
  });

  it('change with the parent and with every request and fact of a layer', () => {
    const [first, ...rest] = layer.requests;
    if (first?.op !== 'run') throw new Error('a stack begins by running something');
    const altered: StageRequests[] = [
      { ...layer, requests: rest },
      { ...layer, requests: [...rest, first] },
      { ...layer, requests: [{ ...first, args: { argv: [...first.args.argv, '-v'] } }, ...rest] },
      { ...layer, facts: [] },
    ];
    const keys = [extendKey('p', layer), extendKey('q', layer), ...altered.map((one) => extendKey('p', one))];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('do not change with words for people only', () => {
    const reworded = {
      ...layer,
      title: 'other',
      requests: layer.requests.map((request) => ({ ...request, why: 'because' })),
    };
    expect(extendKey('p', reworded)).toBe(extendKey('p', layer));
  });
});
