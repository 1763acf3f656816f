// SPDX-License-Identifier: GPL-2.0-only
// Whose is it? A process is named by its pid and its start time, so that a pid used again is not taken for the old one.

import { readFileSync } from 'node:fs';

export interface Owner {
  pid: number;
  /** Clock ticks after boot at which the process started: field 22 of /proc/PID/stat. */
  startTime: string;
}

/** The process with this pid, or undefined when there is none (or only its corpse). */
export function processOwner(pid: number): Owner | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The command name, field 2, may hold spaces and brackets: fields are counted from the last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  return state === undefined || state === 'Z' || startTime === undefined ? undefined : { pid, startTime };
}

/** This very process. */
export function ownOwner(): Owner {
  const owner = processOwner(process.pid);
  if (owner === undefined) throw new Error('/proc is not mounted');
  return owner;
}

/** Tells whether the very process that an owner names still lives. */
export function isAlive(owner: Owner): boolean {
  return processOwner(owner.pid)?.startTime === owner.startTime;
}

/** An owner as the end of a file name, `PID-STARTTIME`. */
export function ownerTag(owner: Owner): string {
  return `${owner.pid}-${owner.startTime}`;
}

/** The owner that the end of a file name tells. */
export function ownerOfTag(name: string): Owner {
  const [, pid = '0', startTime = '0'] = /(\d+)-(\d+)$/.exec(name) ?? [];
  return { pid: Number(pid), startTime };
}
