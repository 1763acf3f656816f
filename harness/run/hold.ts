// SPDX-License-Identifier: GPL-2.0-only
// Steps by hand in the guest of a `hazmat shell`: over a unix socket next to the guest's own, one line of JSON each way.

import { createServer, type Server, type Socket } from 'node:net';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { isAlive, ownerOfTag } from '../host/owner.ts';
import { scratchRoot } from '../host/places.ts';
import { InfraError, renderError } from '../host/errors.ts';
import type { StepContext } from '../scenario/step-context.ts';
import { describeSignal } from '../scenario/expect-signal.ts';
import { parseStep, type Scenario } from '../scenario/load.ts';

const socketName = 'hold.sock';

const holdRequestSchema = z.object({
  /** A step as in a scenario: `unbind: pmem0`. */
  step: z.string(),
});

/** What is asked of a held guest. */
export type HoldRequest = z.infer<typeof holdRequestSchema>;

const holdReplySchema = z.object({
  ok: z.boolean(),
  wanted: z.string().exactOptional(),
  seen: z.string(),
  notes: z.array(z.string()),
  /** Signals that hit the scenario's processes meanwhile. */
  signals: z.array(z.string()),
  /** What the kernel logged meanwhile. */
  log: z.array(z.string()),
});

/** What came of it. */
export type HoldReply = z.infer<typeof holdReplySchema>;

/** The reply that came over the socket. @throws InfraError when the shell ended before it was whole. */
export function parseReply(text: string): HoldReply {
  try {
    return holdReplySchema.parse(JSON.parse(text));
  } catch (error) {
    throw new InfraError('hazmat shell sent no whole reply: it ended, or another version of hazmat runs it', {
      cause: error,
    });
  }
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
    const { step } = holdRequestSchema.parse(JSON.parse(line));
    const { kind, args, withinMs } = parseStep(step, scenario);
    context.startStep(withinMs);
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
