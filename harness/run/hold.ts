// SPDX-License-Identifier: GPL-2.0-only
// Steps by hand in the guest of a shell: over a unix socket in the folder of the guest's own sockets, a line of JSON each way.

import { connect, createServer, type Server, type Socket } from 'node:net';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { scratchFolders } from '../host/scratch.ts';
import { InfraError, renderError, UsageError } from '../host/errors.ts';
import type { StepContext } from '../scenario/step-context.ts';
import { describeSignal } from '../scenario/expect-signal.ts';
import { parseStep, type Scenario } from '../scenario/load.ts';

const socketName = 'hold.sock';

/** A request to a held guest: a step as in a scenario, as text. */
const requestSchema = z.strictObject({ step: z.string().min(1) });

/** What came of it. */
const replySchema = z.strictObject({
  ok: z.boolean(),
  wanted: z.string().optional(),
  seen: z.string(),
  notes: z.array(z.string()),
  /** Signals that hit the scenario's processes meanwhile. */
  signals: z.array(z.string()),
  /** What the kernel logged meanwhile. */
  log: z.array(z.string()),
});

export type HoldReply = z.output<typeof replySchema>;

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
function heldGuests(): string[] {
  return scratchFolders('running')
    .map((folder) => path.join(folder, socketName))
    .filter((file) => existsSync(file));
}

/** The one guest that a live shell holds. @throws UsageError when there is none, or more than one */
export function heldGuest(): string {
  const [guest, another] = heldGuests();
  if (guest === undefined) {
    throw new UsageError('no guest is held', { hint: 'Start `npx hazmat shell` in another terminal.' });
  }
  if (another !== undefined) throw new UsageError('several guests are held', { hint: 'Leave all shells but one.' });
  return guest;
}

/** Runs a step in a held guest. @throws InfraError when the guest is gone or answers nonsense */
export async function askHeldGuest(socketPath: string, step: string): Promise<HoldReply> {
  const socket = connect(socketPath);
  socket.write(`${JSON.stringify({ step })}\n`);
  const reply = await text(socket).catch((cause: unknown) => {
    throw new InfraError('the held guest does not answer', { cause });
  });
  const parsed = replySchema.safeParse(jsonOf(reply));
  if (!parsed.success) throw new InfraError('the held guest ended before it answered');
  return parsed.data;
}

function jsonOf(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

async function answer(context: StepContext, scenario: Scenario, line: string, socket: Socket): Promise<void> {
  const [signals, log] = [context.guest.signals.length, context.guest.log.length];
  let outcome: Pick<HoldReply, 'ok' | 'wanted' | 'seen' | 'notes'>;
  try {
    const { step } = requestSchema.parse(JSON.parse(line));
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
