// SPDX-License-Identifier: GPL-2.0-only
// A guest that could not be set up, and whose kernel did not crash, is set up once more: all cells that share it would fail
// for a machine that was busy or a QEMU that was killed. Both tries are reported; the first one's log goes to the cells' folders.

import { WrongClock } from '../guest/right-clock.ts';
import { GuestDied, SetupFailed } from '../guest/guest-errors.ts';
import type { RunEventBody } from '../results/events.ts';
import { readKernelLog } from '../verdict/kernel-log.ts';
import { kmsgLines, readConsole } from '../verdict/log-line.ts';
import { lastWords } from './last-words.ts';

/** What was made, and how the first try failed if there was a second. */
export interface Tried<T> {
  made: T;
  first: SetupFailed | undefined;
}

/** A guest whose clock is wrong is booted this often in all; any other failure has one more try. */
const clockTries = 4;

/**
 * Whether a failed guest is worth another try: its kernel did not crash, panic or reset. The reports of a kernel whose clock is wrong do not
 * count, nor do those of a boot that was done.
 */
function isWorthAnotherTry({ cause, log, bootRecords, consoleText }: SetupFailed): boolean {
  if (cause instanceof WrongClock) return true;
  if (cause instanceof GuestDied && ['guest-panic', 'guest-reset'].includes(cause.exit.reason ?? '')) return false;
  if (/Kernel panic/.test(consoleText)) return false;
  const afterUs = log.at(-1)?.us ?? -1;
  const reports = readKernelLog(log.slice(bootRecords).flatMap(kmsgLines));
  return reports.length + lastWords(readConsole(consoleText), { afterUs }).length === 0;
}

/** Makes something that may fail with SetupFailed. @throws the last failure, with the first one as its `first` */
export async function tryTwice<T>(
  title: string,
  make: () => Promise<T>,
  options: { emit: (event: RunEventBody) => void; signal: AbortSignal },
): Promise<Tried<T>> {
  let first: SetupFailed | undefined;
  for (let tries = 1; ; tries++) {
    try {
      return { made: await make(), first };
    } catch (error) {
      options.signal.throwIfAborted();
      if (!(error instanceof SetupFailed)) throw error;
      const last = tries >= (error.cause instanceof WrongClock ? clockTries : 2) || !isWorthAnotherTry(error);
      if (tries > 1 || !last) {
        const next = last ? '' : '; trying again';
        options.emit({
          type: 'message',
          level: 'warning',
          text: `${title}: try ${tries} failed: ${error.message}${next}`,
        });
      }
      if (last) throw first === undefined ? error : error.after(first, tries);
      first ??= error;
    }
  }
}
