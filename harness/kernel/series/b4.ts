// SPDX-License-Identifier: GPL-2.0-only
// A series out of a public mail archive, by the message-id of one of its mails: what b4 does.

import { InfraError, UsageError } from '../../host/errors.ts';
import { runProgram } from '../../host/program.ts';

const archiveTimeoutMs = 120_000;

/** The message-id of `b4:MESSAGE-ID`, of its URL or in angle brackets; undefined for another form of a series. @throws UsageError */
export function b4MessageId(word: string): string | undefined {
  if (!word.startsWith('b4:')) return undefined;
  const id = decodeURIComponent(
    word
      .slice(3)
      .replace(/^https?:\/\/[^/]+\/(?:.*\/)?([^/]*(?:@|%40)[^/]*)(?:\/.*)?$/, '$1')
      .replace(/^<(.*)>$/, '$1'),
  );
  if (/^[^\s@/<>-][^\s@/<>]*@[^\s@/<>]+$/.test(id)) return id;
  throw new UsageError(`'${word}' names no message`, {
    hint: 'It is b4:MESSAGE-ID, as in b4:20260102.345-1@localhost.',
  });
}

/** `b4 am` with the mailbox on stdout. Trailers from replies are left out: they change no line of code, yet the key of a build. */
export function b4Argv(id: string): string[] {
  return ['b4', 'am', '--no-add-trailers', '--no-cover', '-o', '-', id];
}

/**
 * Fetches the newest version of the series, as an mbox.
 * @throws InfraError when b4 is not installed or the archive cannot be reached, UsageError when there is no such message.
 */
export async function fetchWithB4(id: string, signal?: AbortSignal): Promise<string> {
  const stop = signal === undefined ? {} : { signal };
  try {
    await runProgram(['b4', '--version'], stop);
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new InfraError(`b4:${id} needs b4, which does not run here`, {
      cause,
      hint: 'Debian has it as the package b4. Or save the thread as an mbox and name that file.',
    });
  }
  const options = { accept: [0, 1], timeout: archiveTimeoutMs, ...stop };
  const { exitCode, stdout, stderr } = await runProgram(b4Argv(id), options);
  if (exitCode === 0 && stdout.trim() !== '') return stdout;
  throw b4Failure(id, stderr);
}

/** What went wrong, from what b4 wrote. Pure. */
export function b4Failure(id: string, stderr: string): UsageError | InfraError {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && line.trim() !== '---');
  if (
    /offline mode|socket\.gaierror|ConnectionError|ConnectTimeout|ReadTimeout|NewConnectionError|ProxyError|SSLError/.test(
      stderr,
    )
  ) {
    return new InfraError(`b4 cannot reach the mail archive for ${id}`, {
      hint: `${lines.at(-1) ?? ''}\nA thread that was saved as an mbox can be named instead.`.trim(),
    });
  }
  return new UsageError(`b4 finds no series by ${id}`, { hint: lines.slice(-4).join('\n') });
}
