// SPDX-License-Identifier: GPL-2.0-only
// The EINJ table (ACPI 6.5, 18.6): the register to read or write for each action of an injection. Pure.

import { doorbell, offsets, u64 } from './mailbox.ts';
import { register, table } from './table-frame.ts';

const instructions = { read: 0, readValue: 1, write: 2, writeValue: 3 } as const;
const all = 0xffff_ffff_ffff_ffffn;

/** The table for a window at a guest-physical address and a doorbell at an I/O port. */
export function einjTable(window: number, port: number): Buffer {
  const memory = (offset: number, bits: 32 | 64 = 64): Buffer => register('memory', bits, window + offset);
  const entries = [
    entry(0, 'writeValue', memory(offsets.operation), 1), // BEGIN_OPERATION
    entry(1, 'read', memory(offsets.trigger)), // GET_TRIGGER_ERROR_ACTION_TABLE
    entry(2, 'write', memory(offsets.type, 32), 0, 0xffff_ffffn), // SET_ERROR_TYPE
    entry(3, 'read', memory(offsets.capabilities, 32), 0, 0xffff_ffffn), // GET_ERROR_TYPE
    entry(4, 'writeValue', memory(offsets.operation), 0), // END_OPERATION
    entry(5, 'writeValue', memory(offsets.busy), 1), // EXECUTE_OPERATION: set busy, then ring the doorbell
    entry(5, 'writeValue', register('io', 8, port), doorbell.execute, 0xffn),
    entry(6, 'readValue', memory(offsets.busy), 1, 1n), // CHECK_BUSY_STATUS
    entry(7, 'read', memory(offsets.status), 0, 0xffn), // GET_COMMAND_STATUS
    entry(8, 'write', memory(offsets.request)), // SET_ERROR_TYPE_WITH_ADDRESS
    entry(9, 'read', memory(offsets.timings)), // GET_EXECUTE_OPERATION_TIMINGS
  ];
  const header = Buffer.alloc(12);
  header.writeUInt32LE(header.length, 0);
  header.writeUInt32LE(entries.length, 8);
  return table('EINJ', Buffer.concat([header, ...entries]));
}

function entry(action: number, what: keyof typeof instructions, where: Buffer, value = 0, mask = all): Buffer {
  return Buffer.concat([Buffer.from([action, instructions[what], 0, 0]), where, u64(value), u64(mask)]);
}
