// SPDX-License-Identifier: GPL-2.0-only
// From a machine to a QEMU command line: a pure function, oldest QEMU 7.2.

import type { Machine } from './machine.ts';

export type Accelerator = 'kvm' | 'tcg';

export interface QemuPlan {
  machine: Machine;
  accelerator: Accelerator;
  kernel: string;
  initrd: string;
  /** The kernel's command line. */
  append: string;
  /** Files that hold guest RAM and each NVDIMM (its label area included). */
  memory: { ram: string; nvdimms: string[] };
  /** on: writes go to the files (boot, laying a checkpoint). off: private copy-on-write mappings (forks). */
  share: boolean;
  /** True: wait for a saved state (QMP migrate-incoming) instead of booting. */
  incoming: boolean;
  /** Folder of the sockets; relative socket paths keep below the 107 bytes that a unix socket may have. */
  sockets: string;
  /** File that gets everything the serial console prints. */
  console: string;
}

export const qemuProgram = 'qemu-system-x86_64';

/** Names of the sockets in the sockets folder. */
export const socketNames = { qmp: 'qmp.sock', agent: 'agent.sock', ssh: 'ssh.sock', console: 'console.sock' } as const;

/** Names of the virtio ports in the guest. */
export const portNames = { agent: 'hazmat.agent', ssh: 'hazmat.ssh' } as const;

/** The whole command, QEMU first. */
export function qemuArgv(plan: QemuPlan): string[] {
  const { machine } = plan;
  const socket = (name: keyof typeof socketNames): string =>
    `path=${plan.sockets}/${socketNames[name]},server=on,wait=off`;
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
      `memory-backend-file,id=ram,share=${share},mem-path=${plan.memory.ram},size=${mebi(machine.memory)}`,
    ],
    ...machine.nvdimms.flatMap((nvdimm, index) => [
      '-object',
      `memory-backend-file,id=nvm${index},share=${share},mem-path=${plan.memory.nvdimms[index] ?? ''},size=${nvdimm.size + nvdimm.label},align=${mebi(nvdimm.align)}`,
      '-device',
      `nvdimm,id=nvdimm${index},memdev=nvm${index},label-size=${nvdimm.label}`,
    ]),
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
      `socket,id=console,${socket('console')},logfile=${plan.console},logappend=on`,
      '-serial',
      'chardev:console',
    ],
    ...['-chardev', `socket,id=qmp,${socket('qmp')}`, '-mon', 'chardev=qmp,mode=control'],
    // A guest that resets itself is dead; the harness lifts this where a scenario reboots.
    '-no-reboot',
    ...['-kernel', plan.kernel, '-initrd', plan.initrd, '-append', plan.append],
    ...(plan.incoming ? ['-incoming', 'defer'] : []),
  ];
}

/** What of a plan a saved state depends on; paths, sockets and sharing may differ between saving and restoring. */
export function stateFacts(plan: Pick<QemuPlan, 'machine' | 'accelerator' | 'append'>): unknown {
  const anonymous = {
    ...plan,
    kernel: 'KERNEL',
    initrd: 'INITRD',
    memory: { ram: 'RAM', nvdimms: plan.machine.nvdimms.map((_, index) => `NVDIMM${index}`) },
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

function maximumMemory(machine: Machine): number {
  const gibi = 2 ** 30;
  const above = machine.nvdimms.reduce((sum, nvdimm) => sum + Math.ceil(nvdimm.size / gibi) * gibi + gibi, gibi);
  return Math.ceil(machine.memory / gibi) * gibi + above;
}

/** Sizes as QEMU reads them, short where they are whole mebibytes. */
function mebi(bytes: number): string {
  return bytes % 2 ** 20 === 0 ? `${bytes / 2 ** 20}M` : String(bytes);
}
