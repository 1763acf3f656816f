// SPDX-License-Identifier: GPL-2.0-only
// From a machine to a QEMU command line: a pure function, oldest QEMU 7.2.

import { cxlArgv, cxlCpuOptions, cxlMachineOptions, cxlMemories, pciBusOption } from './cxl.ts';
import { hasWindow, whyNotSaved, type Machine } from './machine.ts';
import { hostQemu } from './qemu-program.ts';
import { virtioPmemArgv, virtioPmemMemories } from './virtio-pmem.ts';

export type Accelerator = 'kvm' | 'tcg';

/** What QEMU logs of the instructions that it translates; TCG only. */
export interface RecordPlan {
  file: string;
  /** Addresses in the guest: the first and the last one of each range. */
  ranges: readonly (readonly [bigint, bigint])[];
}

export interface QemuPlan {
  /** How QEMU is started (qemu-program.ts); by default as this machine has it. */
  qemu?: readonly string[] | undefined;
  machine: Machine;
  accelerator: Accelerator;
  /** ACPI tables in addition to QEMU's own, each with the hash of its content. */
  tables: readonly { path: string; id: string }[];
  kernel: string;
  initrd: string;
  /** The kernel's command line. */
  append: string;
  /** Files that hold guest RAM, each NVDIMM (its label area included) and the firmware's window. */
  memory: {
    ram: string;
    nvdimms: string[];
    /** What CXL devices keep (cxl.ts:cxlMemories), for a machine that has some. */
    cxl?: string[] | undefined;
    /** What virtio-pmem devices keep (virtio-pmem.ts:virtioPmemMemories), for a machine that has some. */
    virtioPmem?: string[] | undefined;
    /** The window of the platform firmware, for a machine that has one. */
    window?: string | undefined;
  };
  /** True: the guest writes to the files (boot, setting up a checkpoint). False: private copy-on-write mappings (forks). */
  share: boolean;
  /** True: wait for a saved state (QMP migrate-incoming) instead of booting. */
  incoming: boolean;
  /** The poison plugin (machine/plugin.ts). Forks load it, and guests that are never saved: a saved state does not depend on it. */
  plugin?: string | undefined;
  /** A saved state does not depend on it. */
  record?: RecordPlan | undefined;
  /** Folder of the sockets. The path of a unix socket has at most 107 bytes (unix(7)). */
  sockets: string;
  /** File for what the serial console prints. */
  console: string;
}

/** Names of the sockets in the sockets folder. */
export const socketNames = {
  qmp: 'qmp.sock',
  agent: 'agent.sock',
  ssh: 'ssh.sock',
  console: 'console.sock',
  doorbell: 'doorbell.sock',
  qtest: 'qtest.sock',
  plugin: 'plugin.sock',
} as const;

/** The I/O port that the guest writes to, to make the platform firmware read its window. */
export const doorbellPort = 0x5f0;

/** Bytes of the firmware's window. It is a PCI BAR, so this is a power of two. */
export const windowBytes = 2 ** 20;

/** Names of the virtio ports in the guest. */
export const portNames = { agent: 'hazmat.agent', ssh: 'hazmat.ssh' } as const;

/** The whole command, QEMU first. */
export function qemuArgv(plan: QemuPlan): string[] {
  const { machine } = plan;
  const socket = (name: keyof typeof socketNames): string =>
    `path=${optionValue(`${plan.sockets}/${socketNames[name]}`)},server=on,wait=off`;
  const share = plan.share ? 'on' : 'off';
  return [
    ...(plan.qemu ?? [hostQemu]),
    // Only what is asked for: no host configuration, no default devices, no display, no network.
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-vga', 'none', '-nic', 'none'],
    // The guest cannot make QEMU start programs or gain privileges.
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
    // Without `nvdimm` a machine has no NVDIMM bus in its ACPI tables.
    ...[
      '-machine',
      `${machine.machine},${machine.nvdimms.length === 0 ? '' : 'nvdimm=on,'}${nodesOf(machine) > 1 ? '' : 'memory-backend=ram,'}vmport=off,hpet=off${cxlMachineOptions(machine)}`,
    ],
    ...['-accel', plan.accelerator === 'tcg' ? 'tcg,thread=multi' : 'kvm'],
    ...['-cpu', `${machine.cpu}${cxlCpuOptions(machine)}`, '-smp', String(machine.cpus)],
    ...[
      '-m',
      `size=${mebi(machine.memory)},slots=${Math.max(1, machine.nvdimms.length)},maxmem=${mebi(maximumMemory(machine))}`,
    ],
    ...[
      '-object',
      `memory-backend-file,id=ram,share=${share},mem-path=${optionValue(plan.memory.ram)},size=${mebi(machine.memory)}`,
    ],
    ...nodesArgv(machine),
    ...machine.nvdimms.flatMap((nvdimm, index) => [
      '-object',
      `memory-backend-file,id=nvm${index},share=${share},mem-path=${optionValue(plan.memory.nvdimms[index] ?? '')},size=${nvdimm.size + nvdimm.label},align=${mebi(nvdimm.align)}`,
      '-device',
      `nvdimm,id=nvdimm${index},memdev=nvm${index}${nvdimm.label === 0 ? '' : `,label-size=${nvdimm.label}`}${nvdimm.node === undefined ? '' : `,node=${nvdimm.node}`}`,
    ]),
    ...cxlArgv(machine, (plan.memory.cxl ?? []).map(optionValue), share),
    ...(machine.cxl === undefined ? [] : qtestArgv(socket)),
    ...virtioPmemArgv(machine, (plan.memory.virtioPmem ?? []).map(optionValue), share),
    ...plan.tables.flatMap((table) => ['-acpitable', `file=${optionValue(table.path)}`]),
    ...(hasWindow(machine) ? windowArgv(plan.memory.window ?? '', socket) : []),
    ...['-device', `virtio-serial-pci,id=ports${pciBusOption(machine)}`],
    ...[
      '-chardev',
      `socket,id=agent,${socket('agent')}`,
      '-device',
      `virtserialport,chardev=agent,name=${portNames.agent}`,
    ],
    ...['-chardev', `socket,id=ssh,${socket('ssh')}`, '-device', `virtserialport,chardev=ssh,name=${portNames.ssh}`],
    ...[
      '-chardev',
      `socket,id=console,${socket('console')},logfile=${optionValue(plan.console)},logappend=on`,
      '-serial',
      'chardev:console',
    ],
    ...['-chardev', `socket,id=qmp,${socket('qmp')}`, '-mon', 'chardev=qmp,mode=control'],
    // A guest that resets itself has ended. The harness lifts this where a scenario reboots.
    '-no-reboot',
    ...['-kernel', plan.kernel, '-initrd', plan.initrd, '-append', plan.append],
    // -S: once loaded it is paused, whatever it did when it was saved.
    ...(plan.incoming ? ['-S', '-incoming', 'defer'] : []),
    ...(plan.plugin !== undefined && ((plan.incoming && !plan.share) || whyNotSaved(machine) !== undefined)
      ? ['-plugin', `file=${optionValue(plan.plugin)},socket=${optionValue(`${plan.sockets}/${socketNames.plugin}`)}`]
      : []),
    ...(plan.record === undefined || plan.accelerator !== 'tcg' ? [] : recordArgv(plan.record)),
  ];
}

/** How many NUMA nodes a machine has. */
function nodesOf({ nvdimms }: Pick<Machine, 'nvdimms'>): number {
  return 1 + Math.max(0, ...nvdimms.map(({ node = 0 }) => node));
}

/** The nodes of a machine that has several: node 0 has the CPUs and the RAM, the others what persistent memory they have. */
function nodesArgv(machine: Machine): string[] {
  const nodes = nodesOf(machine);
  if (nodes === 1) return [];
  const others = Array.from({ length: nodes - 1 }, (_, index) => ['-numa', `node,nodeid=${index + 1}`]);
  return ['-numa', `node,nodeid=0,cpus=0-${machine.cpus - 1},memdev=ram`, ...others.flat()];
}

/**
 * The devices of the platform firmware: the window, memory that the guest sees as a PCI BAR and the host through qtest
 * (which reads and writes guest-physical memory and drives interrupt pins, with any accelerator), and the doorbell.
 */
function windowArgv(file: string, socket: (name: keyof typeof socketNames) => string): string[] {
  return [
    // Never shared: a BAR is mapped only once its device is loaded, which is too late for x-ignore-shared: that expects
    // shared memory at its old address (migration/ram.c:ram_load_precopy, 7.2). So the window is saved with the devices,
    // and the file is only what a guest boots with.
    ...['-object', `memory-backend-file,id=window,share=off,mem-path=${optionValue(file)},size=${mebi(windowBytes)}`],
    // With master=on its memory is part of the saved state; without, the device cannot be saved.
    ...['-device', 'ivshmem-plain,id=firmware,memdev=window,master=on'],
    ...['-chardev', `socket,id=doorbell,${socket('doorbell')}`],
    ...['-device', `isa-debugcon,iobase=0x${doorbellPort.toString(16)},chardev=doorbell`],
    ...qtestArgv(socket),
  ];
}

function qtestArgv(socket: (name: keyof typeof socketNames) => string): string[] {
  return ['-qtest', `unix:${socket('qtest').replace('path=', '')}`, '-qtest-log', 'none'];
}

/** Without a range QEMU would log everything, so there is none for nothing. */
function recordArgv({ file, ranges }: RecordPlan): string[] {
  if (ranges.length === 0) return [];
  const filter = ranges.map(([first, last]) => `0x${first.toString(16)}..0x${last.toString(16)}`).join(',');
  return ['-d', 'in_asm', '-dfilter', filter, '-D', file];
}

/** The same command without a kernel: the BIOS maps the devices, finds nothing to boot, and waits. */
export function withoutKernel(argv: readonly string[]): string[] {
  const index = argv.indexOf('-kernel');
  return [...argv.slice(0, index), ...argv.slice(index + 6)];
}

/** What a saved state depends on. Paths, sockets and sharing may differ between saving and restoring. */
export function stateFacts(plan: Pick<QemuPlan, 'machine' | 'accelerator' | 'append' | 'tables'>): unknown {
  const anonymous = {
    ...plan,
    qemu: undefined,
    plugin: undefined,
    record: undefined,
    tables: plan.tables.map(({ id }) => ({ path: id, id })),
    kernel: 'KERNEL',
    initrd: 'INITRD',
    memory: {
      ram: 'RAM',
      nvdimms: plan.machine.nvdimms.map(({ image }, index) => image?.id ?? `NVDIMM${index}`),
      cxl: cxlMemories(plan.machine).map(({ id }) => id),
      virtioPmem: virtioPmemMemories(plan.machine).map(({ id }) => id),
      ...(hasWindow(plan.machine) ? { window: 'WINDOW' } : {}),
    },
    share: false,
    incoming: true,
    sockets: 'SOCKETS',
    console: 'CONSOLE',
  };
  return qemuArgv(anonymous);
}

/**
 * The kernel's command line. The agent streams /dev/kmsg, but a guest that does not boot has only its console: the boot
 * is printed there in full, and the agent lowers the log level once it is connected.
 */
export const kernelCommandLine = [
  'console=ttyS0',
  'earlyprintk=ttyS0',
  // A panic ends QEMU at once (with -no-reboot) instead of leaving a silent guest.
  'panic=-1',
  // Removing a device prints a line for each page and process. No line may be overwritten before it is read.
  'log_buf_len=16M',
  // When the agent does not answer, a hang is examined by SysRq over the console.
  'sysrq_always_enabled',
  // Less noise and delay that has nothing to do with persistent memory.
  'no_timer_check',
  'random.trust_cpu=on',
  'tsc=reliable',
  'raid=noautodetect',
  // Self-tests of ciphers at boot, which take 1.2 of 6.4 s.
  'cryptomgr.notests',
  // Under TCG each switch of page tables empties the TLB. The kernel isolates its page tables unless the CPU says that it needs none
  // (arch/x86/kernel/cpu/common.c:cpu_set_bug_bits(), RDCL_NO, 7.2), and QEMU's does not say it.
  'nopti',
].join(' ');

/**
 * The command line with those of the machine and further words, and with the frequency of the TSC where the guest would measure it: under TCG it is the
 * host's, but a kernel that calibrates it against a timer that QEMU serves late gets it wrong (arch/x86/kernel/tsc.c:
 * determine_cpu_tsc_frequencies, since 5.9). Under KVM kvm-clock says it.
 */
export function commandLine(
  machine: Pick<Machine, 'command-line'>,
  append: string,
  tscKhz: number | undefined,
): string {
  const words = [kernelCommandLine, ...(machine['command-line'] ?? [])];
  if (tscKhz !== undefined) words.push(`tsc_early_khz=${tscKhz}`);
  if (append !== '') words.push(append);
  return words.join(' ');
}

function maximumMemory(machine: Machine): number {
  const gibi = 2 ** 30;
  const devices = [...machine.nvdimms, ...(machine['virtio-pmem'] ?? [])];
  const above = devices.reduce((sum, { size }) => sum + Math.ceil(size / gibi) * gibi + gibi, gibi);
  return Math.ceil(machine.memory / gibi) * gibi + above;
}

/** A value in a comma-separated option: two commas stand for one (util/qemu-option.c:get_opt_value, 7.2). */
function optionValue(value: string): string {
  return value.replaceAll(',', ',,');
}

/** A size as QEMU reads it: with M when it is a whole number of mebibytes. */
function mebi(bytes: number): string {
  return bytes % 2 ** 20 === 0 ? `${bytes / 2 ** 20}M` : String(bytes);
}
