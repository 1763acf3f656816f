// SPDX-License-Identifier: GPL-2.0-only
// From a machine to a QEMU command line: a pure function, oldest QEMU 7.2.

import { hasWindow, type Machine } from './machine.ts';

export type Accelerator = 'kvm' | 'tcg';

export interface QemuPlan {
  machine: Machine;
  accelerator: Accelerator;
  /** ACPI tables beside QEMU's own, each with the hash of its content. */
  tables: readonly { path: string; id: string }[];
  kernel: string;
  initrd: string;
  /** The kernel's command line. */
  append: string;
  /** Files that hold guest RAM, each NVDIMM (its label area included) and the firmware's window. */
  memory: {
    ram: string;
    nvdimms: string[];
    /** The window of the platform firmware, for a machine that has one. */
    window?: string;
  };
  /** on: writes go to the files (boot, laying a checkpoint). off: private copy-on-write mappings (forks). */
  share: boolean;
  /** True: wait for a saved state (QMP migrate-incoming) instead of booting. */
  incoming: boolean;
  /** The poison plugin (machine/plugin.ts), loaded by forks only: a saved state knows nothing of it. */
  plugin?: string | undefined;
  /** Folder of the sockets; relative socket paths keep below the 107 bytes that a unix socket may have. */
  sockets: string;
  /** File that gets everything the serial console prints. */
  console: string;
}

export const qemuProgram = 'qemu-system-x86_64';

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

/** The I/O port that the guest writes to when the platform firmware shall look at its window. */
export const doorbellPort = 0x5f0;

/** Bytes of the firmware's window: a BAR, so a power of two. */
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
    qemuProgram,
    // Nothing that was not asked for: no host configuration, no default devices, no display, no network.
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-vga', 'none', '-nic', 'none'],
    // A guest cannot make its QEMU start programs or gain privileges.
    ...['-sandbox', 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny'],
    ...['-machine', `${machine.machine},nvdimm=on,memory-backend=ram,vmport=off,hpet=off`],
    ...['-accel', plan.accelerator === 'tcg' ? 'tcg,thread=multi' : 'kvm'],
    ...['-cpu', machine.cpu, '-smp', String(machine.cpus)],
    ...[
      '-m',
      `size=${mebi(machine.memory)},slots=${Math.max(1, machine.nvdimms.length)},maxmem=${mebi(maximumMemory(machine))}`,
    ],
    ...[
      '-object',
      `memory-backend-file,id=ram,share=${share},mem-path=${optionValue(plan.memory.ram)},size=${mebi(machine.memory)}`,
    ],
    ...machine.nvdimms.flatMap((nvdimm, index) => [
      '-object',
      `memory-backend-file,id=nvm${index},share=${share},mem-path=${optionValue(plan.memory.nvdimms[index] ?? '')},size=${nvdimm.size + nvdimm.label},align=${mebi(nvdimm.align)}`,
      '-device',
      `nvdimm,id=nvdimm${index},memdev=nvm${index},label-size=${nvdimm.label}`,
    ]),
    ...plan.tables.flatMap((table) => ['-acpitable', `file=${optionValue(table.path)}`]),
    ...(hasWindow(machine) ? windowArgv(plan.memory.window ?? '', socket) : []),
    ...['-device', 'virtio-serial-pci,id=ports'],
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
    // A guest that resets itself is dead; the harness lifts this where a scenario reboots.
    '-no-reboot',
    ...['-kernel', plan.kernel, '-initrd', plan.initrd, '-append', plan.append],
    ...(plan.incoming ? ['-incoming', 'defer'] : []),
    ...(plan.plugin !== undefined && plan.incoming && !plan.share
      ? ['-plugin', `file=${optionValue(plan.plugin)},socket=${optionValue(`${plan.sockets}/${socketNames.plugin}`)}`]
      : []),
  ];
}

/**
 * The platform firmware's side: memory that the guest sees as a BAR and the host through qtest, which reads and writes
 * guest-physical memory and drives interrupt pins with any accelerator; and the doorbell.
 */
function windowArgv(file: string, socket: (name: keyof typeof socketNames) => string): string[] {
  return [
    // Never shared: a BAR's memory is mapped only once its device is loaded, too late for x-ignore-shared, which wants
    // shared memory where it was (migration/ram.c:ram_load_precopy, 7.2). So it is saved with the devices; the file is what
    // a guest boots with.
    ...['-object', `memory-backend-file,id=window,share=off,mem-path=${optionValue(file)},size=${mebi(windowBytes)}`],
    // master=on: its memory is part of the saved state; otherwise the device cannot be saved.
    ...['-device', 'ivshmem-plain,id=firmware,memdev=window,master=on'],
    ...['-chardev', `socket,id=doorbell,${socket('doorbell')}`],
    ...['-device', `isa-debugcon,iobase=0x${doorbellPort.toString(16)},chardev=doorbell`],
    ...['-qtest', `unix:${socket('qtest').replace('path=', '')}`, '-qtest-log', 'none'],
  ];
}

/** The same command without a kernel: the BIOS maps the devices, finds nothing to boot and waits. */
export function withoutKernel(argv: readonly string[]): string[] {
  const index = argv.indexOf('-kernel');
  return [...argv.slice(0, index), ...argv.slice(index + 6)];
}

/** What of a plan a saved state depends on; paths, sockets and sharing may differ between saving and restoring. */
export function stateFacts(plan: Pick<QemuPlan, 'machine' | 'accelerator' | 'append' | 'tables'>): unknown {
  const anonymous = {
    ...plan,
    plugin: undefined,
    tables: plan.tables.map(({ id }) => ({ path: id, id })),
    kernel: 'KERNEL',
    initrd: 'INITRD',
    memory: {
      ram: 'RAM',
      nvdimms: plan.machine.nvdimms.map((_, index) => `NVDIMM${index}`),
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
 * The kernel's command line. The console is a last resort (the agent streams /dev/kmsg), yet the boot is shown on it in
 * full, because a guest that never comes up has nothing else; the agent lowers the level once it is connected.
 */
export const kernelCommandLine = [
  'console=ttyS0',
  'earlyprintk=ttyS0',
  // A panic ends QEMU at once (with -no-reboot), instead of a silent guest.
  'panic=-1',
  // Pre-remove prints a line per page and process; nothing may be overwritten before it is read.
  'log_buf_len=16M',
  // Hangs are asked why through the console too, when the agent cannot answer.
  'sysrq_always_enabled',
  // Noise and delays that have nothing to do with persistent memory.
  'no_timer_check',
  'random.trust_cpu=on',
  'tsc=reliable',
  'raid=noautodetect',
].join(' ');

/**
 * The command line with further words, and with the frequency of the TSC where the guest would measure it: under TCG it is the
 * host's, but a kernel that calibrates it against a timer that QEMU serves late gets it wrong (arch/x86/kernel/tsc.c:
 * determine_cpu_tsc_frequencies, since 5.9). Under KVM kvm-clock says it.
 */
export function commandLine(append: string, tscKhz: number | undefined): string {
  const words = [kernelCommandLine];
  if (tscKhz !== undefined) words.push(`tsc_early_khz=${tscKhz}`);
  if (append !== '') words.push(append);
  return words.join(' ');
}

function maximumMemory(machine: Machine): number {
  const gibi = 2 ** 30;
  const above = machine.nvdimms.reduce((sum, nvdimm) => sum + Math.ceil(nvdimm.size / gibi) * gibi + gibi, gibi);
  return Math.ceil(machine.memory / gibi) * gibi + above;
}

/** A value of a comma-separated option: QEMU reads two commas as one. */
function optionValue(value: string): string {
  return value.replaceAll(',', ',,');
}

/** Sizes as QEMU reads them, short where they are whole mebibytes. */
function mebi(bytes: number): string {
  return bytes % 2 ** 20 === 0 ? `${bytes / 2 ** 20}M` : String(bytes);
}
