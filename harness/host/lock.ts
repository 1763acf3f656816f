// SPDX-License-Identifier: GPL-2.0-only
// A lock between harnesses of one user on one machine: a bound abstract unix socket. The kernel lets go of it when its
// holder ends, however that happens, so there is no stale lock to judge.

import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { contentKey } from './key.ts';

export interface Lock {
  release(): void;
}

const retryEveryMs = 50;

/** Waits until the lock of this name is ours. An aborted signal ends the wait with its AbortError. */
export async function takeLock(name: string, signal?: AbortSignal): Promise<Lock> {
  for (;;) {
    const lock = await tryLock(name);
    if (lock !== undefined) return lock;
    await sleep(retryEveryMs, undefined, signal === undefined ? {} : { signal });
  }
}

/** The lock of this name, or undefined when somebody has it. */
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
