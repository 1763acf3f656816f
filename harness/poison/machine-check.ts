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
  contextCorrupt: bit(57),
  actionRequired: bit(55),
} as const;

/** MCA error codes: what the CPU or its memory controller was doing. */
const code = { memoryScrub: 0x00c0n, dataLoad: 0x0134n } as const;

/**
 * IA32_MCG_STATUS: RIPV, EIPV, MCIP, and LMCE_S where only this CPU has it. Without LMCE_S, and without a broadcast, the kernel
 * waits for the other CPUs until it panics.
 */
const mcgStatus = { local: 0xf, broadcast: 0x7 } as const;

/** The bank: any but 1, at which the kernel's quirk for REP MOVS looks. QEMU has ten. */
const bank = 8;

/** Address modes of IA32_MCi_MISC: the offset in a segment, and a physical address. */
const [segmentMode, physicalMode] = [0, 2];

const recoverable =
  status.valid | status.uncorrected | status.enabled | status.miscValid | status.addressValid | status.signaled;

/**
 * srar: action required, a load of data met the error on this CPU. srao: action optional, the memory scrubber found it. fatal: what the
 * CPU was doing is lost.
 */
export type MachineCheckKind = 'srar' | 'srao' | 'fatal';

export interface MachineCheck {
  kind: MachineCheckKind;
  /** Guest-physical. */
  address: number;
  /** Least significant valid bit of the address: 6 for a cache line, 12 for a page. */
  lsb: number;
  /** The bank has no physical address: what it has is an offset in a segment. */
  hasNoAddress?: boolean | undefined;
  /** Every CPU gets it, and they handle it together. */
  isBroadcast?: boolean | undefined;
}

/** IA32_MCi_STATUS of the error. */
export function bankStatus(kind: MachineCheckKind): bigint {
  switch (kind) {
    case 'srar':
      return recoverable | status.actionRequired | code.dataLoad;
    case 'srao':
      return recoverable | code.memoryScrub;
    case 'fatal':
      return recoverable | status.contextCorrupt | code.dataLoad;
  }
}

/** The monitor's command that raises it on a CPU, and on all with -b (target/i386/helper.c:cpu_x86_inject_mce in QEMU). */
export function mceCommand(check: MachineCheck, cpu: number): string {
  const { kind, address, lsb, hasNoAddress = false, isBroadcast = false } = check;
  const hex = (value: bigint | number): string => `0x${value.toString(16)}`;
  const misc = ((hasNoAddress ? segmentMode : physicalMode) << 6) | lsb;
  const mcg = isBroadcast ? mcgStatus.broadcast : mcgStatus.local;
  const registers = [bankStatus(kind), mcg, address, misc].map(hex);
  return ['mce', ...(isBroadcast ? ['-b'] : []), cpu, bank, ...registers].join(' ');
}
