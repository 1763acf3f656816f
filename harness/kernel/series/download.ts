// SPDX-License-Identifier: GPL-2.0-only
// Fetches a series by its address: the raw mail or the mbox.gz of a mail archive.

import { isOffline } from '../../host/debian/apt.ts';
import { InfraError, UsageError } from '../../host/errors.ts';
import { unzipped } from './read-folder.ts';

const timeoutMs = 60_000;

/** Larger than any thread. Bytes. */
const mostBytes = 64 * 2 ** 20;

/**
 * The text at an address; a gzip is unpacked.
 * @throws UsageError when the archive has nothing there, InfraError when it cannot be reached.
 */
export async function download(url: URL, signal?: AbortSignal): Promise<string> {
  if (isOffline()) throw new InfraError(`${url.href} must be fetched, but HAZMAT_OFFLINE is set`);
  const timeout = AbortSignal.timeout(timeoutMs);
  const options = { signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]) };
  let answer: Response;
  let bytes: Buffer;
  try {
    answer = await fetch(url, options);
    bytes = await boundedBody(answer);
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new InfraError(`${url.href} cannot be read`, { cause, hint: `${reasonOf(cause)}\n${instead}` });
  }
  if (answer.status >= 500) throw new InfraError(`${url.host} answered ${answer.status} ${answer.statusText}`);
  if (!answer.ok) throw new UsageError(`${url.href} is not there: ${url.host} answered ${answer.status}`);
  return unzipped(bytes);
}

const instead = 'A thread that was saved as an mbox can be given instead.';

/** The body. An archive that says beforehand that it is too long is not read. */
async function boundedBody(answer: Response): Promise<Buffer> {
  if (Number(answer.headers.get('content-length') ?? 0) > mostBytes)
    throw new Error('it is larger than a series can be');
  return Buffer.from(await answer.arrayBuffer());
}

/** fetch() says only `fetch failed`; its cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
