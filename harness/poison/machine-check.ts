// SPDX-License-Identifier: GPL-2.0-only
// Machine checks as in Intel's SDM (volume 3, "Machine-check architecture"): the bank registers of an uncorrected memory
// error, and the monitor command that raises it.

const bit = (number: number): bigint => 1n << BigInt(number);

/** IA32_MCi_STATUS. */
const status = {
  valid: bit(63),
  uncorrected: bit(61),
  enabled: bit(60),
  miscValid: bit(59),
  addressValid: bit(58),
  signaled: bit(56),
  actionRequired: bit(55),
} as const;

/** MCA error codes: what the CPU or its memory controller was doing. */
const code = { memoryScrub: 0x00c0n, dataLoad: 0x0134n } as const;

/**
 * IA32_MCG_STATUS: RIPV, EIPV, MCIP and LMCE_S. The last limits it to this CPU; without it (and without a broadcast)
 * the kernel waits for the other CPUs until it panics.
 */
const mcgStatus = 0xf;

/** The bank: any but 1, at which the kernel's quirk for REP MOVS looks. QEMU has ten. */
const bank = 8;

/** Physical address mode of IA32_MCi_MISC. */
const physicalMode = 2;

const recoverable =
  status.valid | status.uncorrected | status.enabled | status.miscValid | status.addressValid | status.signaled;

/**
 * srar: action required, a load of data met the error on this CPU. srao: action optional, the memory scrubber found it.
 */
export type MachineCheckKind = 'srar' | 'srao';

export interface MachineCheck {
  kind: MachineCheckKind;
  /** Guest-physical. */
  address: number;
  /** Least significant valid bit of the address: 6 for a cache line, 12 for a page. */
  lsb: number;
}

/** IA32_MCi_STATUS of the error. */
export function bankStatus(kind: MachineCheckKind): bigint {
  return kind === 'srar' ? recoverable | status.actionRequired | code.dataLoad : recoverable | code.memoryScrub;
}

/** The monitor's command that raises it on a CPU (target/i386/helper.c:cpu_x86_inject_mce in QEMU). */
export function mceCommand({ kind, address, lsb }: MachineCheck, cpu: number): string {
  const hex = (value: bigint | number): string => `0x${value.toString(16)}`;
  const misc = (physicalMode << 6) | lsb;
  return ['mce', cpu, bank, hex(bankStatus(kind)), hex(mcgStatus), hex(address), hex(misc)].join(' ');
}
