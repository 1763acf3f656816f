// SPDX-License-Identifier: GPL-2.0-only
// Which process a file or folder belongs to. A process is identified by its pid and its start time, because pids are reused.

import { readFileSync } from 'node:fs';

export interface Owner {
  pid: number;
  /** Clock ticks after boot at which the process started: field 22 of /proc/PID/stat. */
  startTime: string;
}

/** The process with this pid; undefined when there is none, or when it is a zombie. */
export function processOwner(pid: number): Owner | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    return undefined;
  }
  // The command name, field 2, may contain spaces and parentheses: fields are counted from the last parenthesis.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  return state === undefined || state === 'Z' || startTime === undefined ? undefined : { pid, startTime };
}

/** This process. */
export function ownOwner(): Owner {
  const owner = processOwner(process.pid);
  if (owner === undefined) throw new Error('/proc is not mounted');
  return owner;
}

/** Whether the process still runs. Nobody does not. */
export function isAlive(owner: Owner | undefined): boolean {
  return owner !== undefined && processOwner(owner.pid)?.startTime === owner.startTime;
}

/** An owner as the end of a file name, `PID-STARTTIME`. */
export function ownerTag(owner: Owner): string {
  return `${owner.pid}-${owner.startTime}`;
}

/** The owner in the end of a file name; undefined when the name has none. */
export function ownerOfTag(name: string): Owner | undefined {
  const [, pid, startTime] = /(\d+)-(\d+)$/.exec(name) ?? [];
  return pid === undefined || startTime === undefined ? undefined : { pid: Number(pid), startTime };
}
