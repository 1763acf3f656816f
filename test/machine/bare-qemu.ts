// SPDX-License-Identifier: GPL-2.0-only
// Real QEMUs without a kernel, for tests: they are up in a fraction of a second.

import { onTestFinished } from 'vitest';
import { socketNames } from '../../harness/machine/argv.ts';
import { hostQemu } from '../../harness/machine/qemu-program.ts';
import { Qemu } from '../../harness/machine/qemu.ts';

/** The command of a QEMU without devices: a monitor, and what is added. */
export function bareArgv(sockets: string, more: readonly string[]): string[] {
  return [
    ...[hostQemu, '-nodefaults', '-no-user-config', '-display', 'none'],
    ...['-chardev', `socket,id=qmp,path=${sockets}/${socketNames.qmp},server=on,wait=off`],
    ...['-mon', 'chardev=qmp,mode=control', ...more],
  ];
}

/** A QEMU without a machine. It ends with the test. */
export async function bareQemu(more: readonly string[] = ['-machine', 'none']): Promise<Qemu> {
  const qemu = await Qemu.start((sockets) => bareArgv(sockets, more));
  onTestFinished(() => qemu.stop());
  return qemu;
}

/** A PC with two CPUs under TCG whose BIOS finds nothing to boot. `more`: -S leaves it stopped at its reset vector. */
export function biosQemu(...more: string[]): Promise<Qemu> {
  return bareQemu(['-machine', 'pc', '-accel', 'tcg,thread=multi', '-m', '64', '-smp', '2', ...more]);
}

/** The BIOS's count of timer ticks, some 18 a second; once it is not zero the BIOS is up. */
export const tickCount = 0x46c;
