// SPDX-License-Identifier: GPL-2.0-only
// The HEST table (ACPI 6.5, 18.3.2.8): four generic error sources of version 2, one for each kind of notification. Pure.

import { blockBytes, interruptPins, sourceAt, sources, u64, type Source } from './mailbox.ts';
import { register, table } from './table-frame.ts';

/** Notification types of a hardware error source (ACPI 6.5, 18.3.2.9). */
const notifications: Record<Source, number> = { polled: 0, interrupt: 1, sci: 3, nmi: 4 };

/** Poll interval of the polled source, milliseconds. The kernel rounds it to whole seconds (ghes.c:ghes_add_timer, 6.12). */
const pollMs = 100;

/** The most sections that a block may have; as many fit. */
const maxSections = 256;

/** The table for a window at a guest-physical address. */
export function hestTable(window: number): Buffer {
  const names = Object.keys(sources) as Source[];
  const count = Buffer.alloc(4);
  count.writeUInt32LE(names.length);
  return table('HEST', Buffer.concat([count, ...names.map((name) => errorSource(name, window))]));
}

function errorSource(source: Source, window: number): Buffer {
  const { pointer, acknowledge } = sourceAt(source);
  const head = Buffer.alloc(20);
  head.writeUInt16LE(10, 0); // Generic Hardware Error Source version 2
  head.writeUInt16LE(sources[source], 2);
  head.writeUInt16LE(0xffff, 4); // related to no other source
  head.writeUInt8(1, 7); // enabled
  head.writeUInt32LE(1, 8); // records to preallocate
  head.writeUInt32LE(maxSections, 12);
  const notify = Buffer.alloc(28);
  notify.set([notifications[source], notify.length]);
  notify.writeUInt32LE(source === 'polled' ? pollMs : 0, 4);
  notify.writeUInt32LE(source === 'interrupt' ? interruptPins.interrupt : 0, 8);
  const length = Buffer.alloc(4);
  length.writeUInt32LE(blockBytes);
  return Buffer.concat([
    head,
    register('memory', 64, window + pointer),
    notify,
    length,
    register('memory', 64, window + acknowledge),
    u64(0xffff_ffff_ffff_fffen), // bits of the acknowledgment to keep
    u64(1), // what to write into it
  ]);
}
