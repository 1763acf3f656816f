// SPDX-License-Identifier: GPL-2.0-only
// Fetches a series from a public mail archive with b4, by the message-id of one of its mails.

import { InfraError, UsageError } from '../../host/errors.ts';
import { runProgram } from '../../host/program.ts';

const archiveTimeoutMs = 120_000;

/**
 * The message-id in `b4:MESSAGE-ID`, which may be a URL or in angle brackets; undefined for another form of a series.
 * @throws UsageError when there is no message-id after `b4:`.
 */
export function b4MessageId(word: string): string | undefined {
  if (!word.startsWith('b4:')) return undefined;
  const id = decodeURIComponent(
    word
      .slice(3)
      .replace(/^https?:\/\/[^/]+\/(?:.*\/)?([^/]*(?:@|%40)[^/]*)(?:\/.*)?$/, '$1')
      .replace(/^<(.*)>$/, '$1'),
  );
  if (/^[^\s@/<>-][^\s@/<>]*@[^\s@/<>]+$/.test(id)) return id;
  throw new UsageError(`'${word}' has no message-id`, {
    hint: 'Write b4:MESSAGE-ID, such as b4:20260102.345-1@localhost.',
  });
}

/** `b4 am` with the mailbox on stdout. Trailers from replies are left out: they change no code, but the key of a build. */
export function b4Argv(id: string): string[] {
  return ['b4', 'am', '--no-add-trailers', '--no-cover', '-o', '-', id];
}

/**
 * Fetches the series, as an mbox. Which version of several in a thread it is, b4 decides.
 * @throws InfraError when b4 is not installed or the archive cannot be reached, UsageError when there is no such message.
 */
export async function fetchWithB4(id: string, signal?: AbortSignal): Promise<string> {
  try {
    await runProgram(['b4', '--version'], { signal });
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new InfraError(`b4:${id} needs the program b4, which does not run here`, {
      cause,
      hint: 'Install the package b4, or save the thread as an mbox and give that file.',
    });
  }
  const options = { accept: [0, 1], timeout: archiveTimeoutMs, signal };
  const { exitCode, stdout, stderr } = await runProgram(b4Argv(id), options);
  if (exitCode === 0 && stdout.trim() !== '') return stdout;
  throw b4Failure(id, stderr);
}

/** The error that b4 printed. Pure. */
export function b4Failure(id: string, stderr: string): UsageError | InfraError {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '' && line.trim() !== '---');
  if (
    /offline mode|socket\.gaierror|ConnectionError|ConnectTimeout|ReadTimeout|NewConnectionError|ProxyError|SSLError/.test(
      stderr,
    )
  ) {
    return new InfraError(`b4 cannot reach the mail archive for ${id}`, {
      hint: `${lines.at(-1) ?? ''}\nA thread that was saved as an mbox can be given instead.`.trim(),
    });
  }
  return new UsageError(`b4 finds no series for ${id}`, { hint: lines.slice(-4).join('\n') });
}
