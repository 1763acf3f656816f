// SPDX-License-Identifier: GPL-2.0-only
// A lock between harnesses of one user on one machine: an abstract unix socket (unix(7)) that is bound. The kernel
// releases it when its holder ends, in whatever way, so a lock is never stale.

import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { contentKey } from './key.ts';

export interface Lock {
  release(): void;
}

const retryEveryMs = 50;

/** Waits until it has the lock of this name. @throws AbortError when the signal is aborted first. */
export async function takeLock(name: string, signal?: AbortSignal): Promise<Lock> {
  for (;;) {
    const lock = await tryLock(name);
    if (lock !== undefined) return lock;
    await sleep(retryEveryMs, undefined, { signal });
  }
}

/** Takes the lock of this name; undefined when another holder has it. */
export async function tryLock(name: string): Promise<Lock | undefined> {
  const server = await tryListen(`\0hazmat-${process.getuid?.() ?? 0}-${contentKey(name)}`);
  return server === undefined ? undefined : { release: () => server.close() };
}

function tryListen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.unref();
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen(address, () => resolve(server));
  });
}
