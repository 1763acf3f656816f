// SPDX-License-Identifier: GPL-2.0-only
// Sends JSON to a server. The only thing that hazmat ever sends anywhere, and only when asked.

import { InfraError, UsageError } from './errors.ts';

/** How long the answer is waited for, in milliseconds. */
const timeoutMs = 60_000;

/**
 * Posts JSON with the token in the address (`https://TOKEN@HOST/`), and returns the text of the answer.
 * @param path of the resource below the address, such as `submit`
 * @param scheme how the server calls a token: KCIDB `Bearer`, patchwork `Token`
 * @throws UsageError for an address without a token or that is not https; InfraError with what the server answered
 */
export async function postJson(
  address: string,
  path: string,
  value: unknown,
  scheme: 'Bearer' | 'Token' = 'Bearer',
): Promise<string> {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const isLocal = url?.hostname === 'localhost' || url?.hostname === '127.0.0.1';
  if (url === undefined || !(url.protocol === 'https:' || isLocal))
    throw new UsageError('the address must be https://TOKEN@HOST/');
  const token = decodeURIComponent(url.username);
  if (token === '') throw new UsageError('the address has no token', { hint: 'Write it as https://TOKEN@HOST/.' });
  url.username = '';
  const target = new URL(path, url.href.endsWith('/') ? url : `${url.href}/`);
  try {
    const answer = await fetch(target, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `${scheme} ${token}` },
      body: JSON.stringify(value),
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await answer.text();
    if (answer.ok) return text;
    throw new InfraError(`${target.host} answered ${answer.status} ${answer.statusText}`, {
      hint: text.slice(0, 2000),
    });
  } catch (error) {
    if (error instanceof InfraError) throw error;
    throw new InfraError(`${target.host} does not answer`, { hint: reasonOf(error), cause: error });
  }
}

/** fetch() says only `fetch failed`; its cause says why. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
