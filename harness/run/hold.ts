// SPDX-License-Identifier: GPL-2.0-only
// A guest that a shell holds takes steps by hand: over a unix socket beside the guest's own, a line of JSON each way.

import { createServer, type Server, type Socket } from 'node:net';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { isAlive, ownerOfTag } from '../host/owner.ts';
import { scratchRoot } from '../host/places.ts';
import { renderError } from '../host/errors.ts';
import type { StepContext } from '../scenario/step-context.ts';
import { describeSignal } from '../scenario/expect-signal.ts';
import { parseStep, type Scenario } from '../scenario/load.ts';

const socketName = 'hold.sock';

/** What is asked of a held guest. */
export interface HoldRequest {
  /** A step as in a scenario: `poison: {route: badblocks, file: /mnt/data, page: 3}`. */
  step: string;
}

/** What came of it. */
export interface HoldReply {
  ok: boolean;
  wanted?: string;
  seen: string;
  notes: string[];
  /** Signals that hit the scenario's processes meanwhile. */
  signals: string[];
  /** What the kernel logged meanwhile. */
  log: string[];
}

/** Serves steps for a guest until it is closed. */
export function holdGuest(context: StepContext, scenario: Scenario): Server {
  const server = createServer((socket) => {
    createInterface({ input: socket })
      .on('line', (line) => void answer(context, scenario, line, socket))
      .on('error', () => undefined);
  });
  server.listen(context.guest.qemu.socketPath(socketName));
  return server;
}

/** Sockets of the guests that live shells of this user hold. */
export function heldGuests(): string[] {
  const root = scratchRoot();
  if (!existsSync(root)) return [];
  return readdirSync(root)
    .filter((name) => isAlive(ownerOfTag(name)))
    .map((name) => path.join(root, name, socketName))
    .filter((file) => existsSync(file));
}

async function answer(context: StepContext, scenario: Scenario, line: string, socket: Socket): Promise<void> {
  const [signals, log] = [context.guest.signals.length, context.guest.log.length];
  let outcome: Pick<HoldReply, 'ok' | 'wanted' | 'seen' | 'notes'>;
  try {
    const { step } = JSON.parse(line) as HoldRequest;
    const { kind, args, deadlineMs } = parseStep(step, scenario);
    context.startStep(deadlineMs);
    outcome = { notes: [], ...(await kind.run(args, context)) };
    await context.guest.request('ping', {}); // what the kernel logged before the answer is here with it
  } catch (error) {
    outcome = { ok: false, seen: error instanceof Error ? renderError(error) : String(error), notes: [] };
  }
  const reply: HoldReply = {
    ...outcome,
    signals: context.guest.signals.slice(signals).map((signal) => `${signal.process}: ${describeSignal(signal)}`),
    log: context.guest.log.slice(log).flatMap(({ text }) => text.split('\n')),
  };
  socket.end(`${JSON.stringify(reply)}\n`);
}
