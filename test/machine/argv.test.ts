// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { quoteArgv, runProgram } from '../../harness/host/program.ts';
import { kernelCommandLine, qemuArgv, stateFacts, type QemuPlan } from '../../harness/machine/argv.ts';
import { cxlMemories } from '../../harness/machine/cxl.ts';
import { loadMachine, machineNames, withImage, type Machine } from '../../harness/machine/machine.ts';
import { virtioPmemMemories } from '../../harness/machine/virtio-pmem.ts';

function planFor(machine: Machine, more: Partial<QemuPlan> = {}): QemuPlan {
  return {
    machine,
    accelerator: 'tcg',
    tables: machine.firmware.map((name) => ({ path: `/acpi/${name}.aml`, id: name })),
    kernel: '/k/vmlinuz',
    initrd: '/i/initramfs',
    append: 'console=ttyS0 quiet',
    memory: {
      ram: '/c/ram',
      nvdimms: machine.nvdimms.map((_, index) => `/c/nvdimm${index}`),
      cxl: cxlMemories(machine).map(({ id }) => `/c/${id}`),
      virtioPmem: virtioPmemMemories(machine).map(({ id }) => `/c/${id}`),
    },
    share: true,
    incoming: false,
    sockets: '/s',
    console: '/r/console.log',
    ...more,
  };
}

/** One option with its value a line. */
function lines(argv: readonly string[]): string {
  return argv
    .map((arg) => (arg.startsWith('-') ? `\n${arg}` : ` ${quoteArgv([arg])}`))
    .join('')
    .trim();
}

const fork: Partial<QemuPlan> = { share: false, incoming: true };

it('boots one-nvdimm: memory shared with the files, nothing incoming', () => {
  expect(lines(qemuArgv(planFor(loadMachine('one-nvdimm'))))).toMatchInlineSnapshot(`
    "qemu-system-x86_64
    -nodefaults
    -no-user-config
    -display none
    -vga none
    -nic none
    -sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny
    -machine pc,nvdimm=on,memory-backend=ram,vmport=off,hpet=off
    -accel tcg,thread=multi
    -cpu max,vendor=GenuineIntel,family=6,model=106,stepping=6
    -smp 2
    -m size=512M,slots=1,maxmem=4096M
    -object memory-backend-file,id=ram,share=on,mem-path=/c/ram,size=512M
    -object memory-backend-file,id=nvm0,share=on,mem-path=/c/nvdimm0,size=1073876992,align=2M
    -device nvdimm,id=nvdimm0,memdev=nvm0,label-size=135168
    -acpitable file=/acpi/ars.aml
    -device virtio-serial-pci,id=ports
    -chardev socket,id=agent,path=/s/agent.sock,server=on,wait=off
    -device virtserialport,chardev=agent,name=hazmat.agent
    -chardev socket,id=ssh,path=/s/ssh.sock,server=on,wait=off
    -device virtserialport,chardev=ssh,name=hazmat.ssh
    -chardev socket,id=console,path=/s/console.sock,server=on,wait=off,logfile=/r/console.log,logappend=on
    -serial chardev:console
    -chardev socket,id=qmp,path=/s/qmp.sock,server=on,wait=off
    -mon chardev=qmp,mode=control
    -no-reboot
    -kernel /k/vmlinuz
    -initrd /i/initramfs
    -append 'console=ttyS0 quiet'"
  `);
});

it.each(machineNames())('forks %s: the same but for private memory and a state to come', (name) => {
  const machine = loadMachine(name);
  const [boot, forked] = [qemuArgv(planFor(machine)), qemuArgv(planFor(machine, fork))];
  expect(forked.slice(-3)).toEqual(['-S', '-incoming', 'defer']);
  expect(boot.map((arg) => arg.replace('share=on', 'share=off'))).toEqual(forked.slice(0, -3));
  expect(boot.filter((arg) => arg.includes('share=on'))).not.toHaveLength(0);
  expect(forked.join(' ')).not.toContain('share=on');
});

it('gives each NVDIMM of two-nvdimms its own file and slot', () => {
  const argv = qemuArgv(planFor(loadMachine('two-nvdimms'), fork));
  expect(argv.filter((arg) => arg.includes('size='))).toMatchInlineSnapshot(`
    [
      "size=512M,slots=2,maxmem=6144M",
      "memory-backend-file,id=ram,share=off,mem-path=/c/ram,size=512M",
      "memory-backend-file,id=nvm0,share=off,mem-path=/c/nvdimm0,size=1073876992,align=2M",
      "nvdimm,id=nvdimm0,memdev=nvm0,label-size=135168",
      "memory-backend-file,id=nvm1,share=off,mem-path=/c/nvdimm1,size=1073876992,align=2M",
      "nvdimm,id=nvdimm1,memdev=nvm1,label-size=135168",
    ]
  `);
});

it('gives an image no labels, and a saved state the key of its content', () => {
  const machine = withImage(loadMachine('plain'), { path: '/c/tree.img', id: 'tree-1', bytes: 2 ** 27 });
  const argv = qemuArgv(planFor(machine, fork));
  expect(argv).toContain('nvdimm,id=nvdimm1,memdev=nvm1');
  const facts = (image: { path: string; id: string; bytes: number }): unknown =>
    stateFacts(planFor(withImage(loadMachine('plain'), image)));
  const own = facts({ path: '/c/tree.img', id: 'tree-1', bytes: 2 ** 27 });
  expect(facts({ path: '/other/tree.img', id: 'tree-1', bytes: 2 ** 27 })).toEqual(own);
  expect(facts({ path: '/c/tree.img', id: 'tree-2', bytes: 2 ** 27 })).not.toEqual(own);
});

it('makes a q35 machine', () => {
  const argv = qemuArgv(planFor(loadMachine('q35')));
  expect(argv[argv.indexOf('-machine') + 1]).toMatch(/^q35,nvdimm=on,memory-backend=ram/);
});

it('puts each CXL device behind a host bridge and a root port of its own, and nothing else on these', () => {
  const argv = qemuArgv(planFor(loadMachine('two-cxl')));
  const shown = argv.filter((arg) => /^(q35|max|pxb-cxl|cxl-|virtio-serial|memory-backend|unix)/.test(arg));
  expect(shown).toMatchInlineSnapshot(`
    [
      "q35,memory-backend=ram,vmport=off,hpet=off,cxl=on,cxl-fmw.0.targets.0=cxl-host0,cxl-fmw.0.size=4G,cxl-fmw.1.targets.0=cxl-host1,cxl-fmw.1.size=4G",
      "max,vendor=GenuineIntel,family=6,model=106,stepping=6,hypervisor=off",
      "memory-backend-file,id=ram,share=on,mem-path=/c/ram,size=512M",
      "memory-backend-file,id=cxl0-persistent,share=on,mem-path=/c/cxl0-persistent,size=1024M",
      "memory-backend-file,id=cxl0-label,share=on,mem-path=/c/cxl0-label,size=1M",
      "memory-backend-file,id=cxl1-persistent,share=on,mem-path=/c/cxl1-persistent,size=1024M",
      "memory-backend-file,id=cxl1-label,share=on,mem-path=/c/cxl1-label,size=1M",
      "pxb-cxl,id=cxl-host0,bus_nr=12,bus=pcie.0",
      "cxl-rp,id=cxl-port0,bus=cxl-host0,port=0,chassis=0,slot=2",
      "cxl-type3,id=cxl0,bus=cxl-port0,sn=4096,persistent-memdev=cxl0-persistent,lsa=cxl0-label",
      "pxb-cxl,id=cxl-host1,bus_nr=28,bus=pcie.0",
      "cxl-rp,id=cxl-port1,bus=cxl-host1,port=0,chassis=1,slot=3",
      "cxl-type3,id=cxl1,bus=cxl-port1,sn=4097,persistent-memdev=cxl1-persistent,lsa=cxl1-label",
      "unix:/s/qtest.sock,server=on,wait=off",
      "virtio-serial-pci,id=ports,bus=pcie.0",
    ]
  `);
});

it('gives a virtio-pmem device a file, which a flush syncs, or memory that has none', () => {
  const shown = (name: string): string[] =>
    qemuArgv(planFor(loadMachine(name))).filter((arg) => /^(pc,|size=|virtio-pmem|memory-backend)/.test(arg));
  expect(shown('virtio-pmem')).toEqual([
    'pc,memory-backend=ram,vmport=off,hpet=off',
    'size=512M,slots=1,maxmem=4096M',
    'memory-backend-file,id=ram,share=on,mem-path=/c/ram,size=512M',
    'memory-backend-file,id=virtio-pmem0-memory,share=on,mem-path=/c/virtio-pmem0-memory,size=1024M',
    'virtio-pmem-pci,id=virtio-pmem0,memdev=virtio-pmem0-memory',
  ]);
  expect(shown('virtio-pmem-no-flush').slice(-2)).toEqual([
    'memory-backend-ram,id=virtio-pmem0-memory,size=256M',
    'virtio-pmem-pci,id=virtio-pmem0,memdev=virtio-pmem0-memory',
  ]);
});

it('loads the plugin into a guest that is never saved when it boots', () => {
  const boot = (name: string): boolean =>
    qemuArgv(planFor(loadMachine(name), { plugin: '/p/poison.so' })).includes('-plugin');
  expect(boot('consume')).toBe(false);
  expect(boot('virtio-pmem')).toBe(true);
});

it('has no NVDIMM bus where it has no NVDIMMs', () => {
  expect(qemuArgv(planFor(loadMachine('cxl'))).join(' ')).not.toContain('nvdimm');
});

it('takes KVM when it is told to', () => {
  const argv = qemuArgv(planFor(loadMachine('one-nvdimm'), { accelerator: 'kvm' }));
  expect(argv[argv.indexOf('-accel') + 1]).toBe('kvm');
});

it('gives a guest no network and no devices that were not asked for', () => {
  for (const name of machineNames()) {
    const argv = qemuArgv(planFor(loadMachine(name)));
    expect(argv[argv.indexOf('-nic') + 1]).toBe('none');
    expect(argv).toEqual(expect.arrayContaining(['-nodefaults', '-no-user-config', '-no-reboot']));
    expect(argv.filter((arg) => /netdev|virtio-net|hostfwd/.test(arg))).toEqual([]);
  }
});

it('uses sizes that leave room for every NVDIMM, with gibibytes to align them', () => {
  const machine = loadMachine('one-nvdimm');
  const nvdimm = machine.nvdimms[0] ?? { size: 0, label: 0, align: 0 };
  const odd = { ...machine, memory: 700 * 2 ** 20, nvdimms: [{ ...nvdimm, size: 2 ** 30 + 2 ** 21 }, nvdimm] };
  const argv = qemuArgv(planFor(odd));
  expect(argv[argv.indexOf('-m') + 1]).toBe('size=700M,slots=2,maxmem=7168M');
});

it('can be pasted into a shell', async () => {
  const argv = qemuArgv(planFor(loadMachine('one-nvdimm'), { append: kernelCommandLine, sockets: `/tmp/it's here` }));
  const { stdout } = await runProgram(['sh', '-c', quoteArgv(['printf', '%s\\0', ...argv])]);
  expect(stdout.split('\0').slice(0, -1)).toEqual(argv);
});

it('writes commas in paths twice, where QEMU would take one for the end of the path', () => {
  const argv = qemuArgv(
    planFor(loadMachine('one-nvdimm'), {
      memory: { ram: '/a,b/ram', nvdimms: ['/a,b/nvdimm0'] },
      sockets: '/a,b',
      console: '/a,b/console',
      tables: [{ path: '/a,b/t.aml', id: 't' }],
      kernel: '/a,b/vmlinuz',
      initrd: '/a,b/initrd',
    }),
  );
  expect(argv.filter((arg) => arg.includes('/a,')).map((arg) => /[\w-]*=?\/a[^ ]*?(?=,[a-z]+=|$)/.exec(arg)?.[0]))
    .toMatchInlineSnapshot(`
    [
      "mem-path=/a,,b/ram",
      "mem-path=/a,,b/nvdimm0",
      "file=/a,,b/t.aml",
      "path=/a,,b/agent.sock",
      "path=/a,,b/ssh.sock",
      "path=/a,,b/console.sock",
      "path=/a,,b/qmp.sock",
      "/a,b/vmlinuz",
      "/a,b/initrd",
    ]
  `);
});

it('tells what a saved state depends on, wherever the files lie', () => {
  const one = loadMachine('one-nvdimm');
  const facts = (plan: QemuPlan): string => JSON.stringify(stateFacts(plan));
  const base = facts(planFor(one));
  expect(
    facts(
      planFor(one, {
        ...fork,
        kernel: '/x',
        initrd: '/y',
        sockets: '/z',
        console: '/c',
        memory: { ram: 'r', nvdimms: ['n'] },
      }),
    ),
  ).toBe(base);
  expect(facts(planFor(one, { tables: planFor(one).tables.map((table) => ({ ...table, path: '/else' })) }))).toBe(base);
  const others: Partial<QemuPlan>[] = [
    { machine: loadMachine('q35') },
    { machine: loadMachine('two-nvdimms') },
    { machine: { ...one, cpus: 3 } },
    { machine: { ...one, memory: 2 ** 30 } },
    { machine: { ...one, cpu: 'max' } },
    { accelerator: 'kvm' },
    { append: 'quiet' },
    { tables: [{ path: '/acpi/ars.aml', id: 'other content' }] },
  ];
  const all = [base, ...others.map((more) => facts(planFor(one, more)))];
  expect(new Set(all).size).toBe(all.length);
});

it('has the kernel end QEMU at a panic and keep its log', () => {
  expect(kernelCommandLine).toMatchInlineSnapshot(
    `"console=ttyS0 earlyprintk=ttyS0 panic=-1 log_buf_len=16M sysrq_always_enabled no_timer_check random.trust_cpu=on tsc=reliable raid=noautodetect cryptomgr.notests nopti"`,
  );
});

it('loads the poison plugin in forks only, and a saved state knows nothing of it', () => {
  const machine = loadMachine('consume');
  const plugin = '/p/poison.so';
  const option = (more: Partial<QemuPlan>): string | undefined => {
    const argv = qemuArgv(planFor(machine, { plugin, ...more }));
    return argv.includes('-plugin') ? argv[argv.indexOf('-plugin') + 1] : undefined;
  };
  expect(option(fork)).toBe('file=/p/poison.so,socket=/s/plugin.sock');
  expect(option({ incoming: true })).toBeUndefined();
  expect(option({})).toBeUndefined();
  expect(stateFacts(planFor(machine, { plugin }))).toEqual(stateFacts(planFor(loadMachine('one-nvdimm'))));
});

it('puts an NVDIMM on its NUMA node; CPUs and RAM are on node 0', () => {
  const argv = qemuArgv(planFor(loadMachine('two-nodes')));
  expect(argv.filter((arg) => /^(pc,|node,|nvdimm,)/.test(arg))).toMatchInlineSnapshot(`
    [
      "pc,nvdimm=on,vmport=off,hpet=off",
      "node,nodeid=0,cpus=0-1,memdev=ram",
      "node,nodeid=1",
      "nvdimm,id=nvdimm0,memdev=nvm0,label-size=135168",
      "nvdimm,id=nvdimm1,memdev=nvm1,label-size=135168,node=1",
    ]
  `);
});
