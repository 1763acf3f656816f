// SPDX-License-Identifier: GPL-2.0-only
// The client of QEMU's monitor, against a real QEMU; and against a socket, for what a QEMU does not do when it is asked to.

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import { InfraError } from '../../harness/host/errors.ts';
import { Qmp, type QmpEvent } from '../../harness/machine/qmp.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { bareQemu, biosQemu } from './bare-qemu.ts';

const commandSchema = z.object({ execute: z.string(), arguments: z.unknown().optional(), id: z.int() });
type Command = z.output<typeof commandSchema>;

/** A monitor that answers as the test says. */
async function monitor(answer: (command: Command, socket: Socket) => void): Promise<Qmp> {
  const server = createServer((socket) => {
    socket.write('{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}}, "capabilities": ["oob"]}}\r\n');
    createInterface({ input: socket }).on('line', (line) => {
      const command = commandSchema.parse(JSON.parse(line));
      if (command.execute === 'qmp_capabilities') socket.write(`{"return": {}, "id": ${command.id}}\r\n`);
      else answer(command, socket);
    });
  });
  const file = path.join(temporaryFolder(), 'qmp.sock');
  server.listen(file);
  await once(server, 'listening');
  const qmp = await Qmp.open(connect(file));
  onTestFinished(() => {
    qmp.close();
    server.close();
  });
  return qmp;
}

const say = (socket: Socket, message: object): void => void socket.write(`${JSON.stringify(message)}\r\n`);

it('asks QEMU and checks the answer by a schema', async () => {
  const { qmp } = await bareQemu();
  expect(await qmp.execute('query-name')).toEqual({});
  const version = z.object({ qemu: z.object({ major: z.int() }) });
  expect((await qmp.execute('query-version', undefined, version)).qemu.major).toBeGreaterThanOrEqual(7);
  const wrong = z.object({ qemu: z.string() });
  await expect(qmp.execute('query-version', undefined, wrong)).rejects.toMatchObject({
    message: 'QEMU answered query-version with something that is not understood',
    hint: expect.stringContaining('qemu') as string,
  });
});

it('passes arguments, and fails with QEMU’s own words', async () => {
  const { qmp } = await bareQemu();
  await expect(qmp.execute('migrate', { uri: 3 })).rejects.toThrow(
    new InfraError("QEMU refused migrate: Invalid parameter type for 'uri', expected: string"),
  );
});

it('gives the human monitor the CPU that is asked for', async () => {
  const { qmp } = await biosQemu('-S');
  expect(await qmp.monitor('info status')).toBe('VM status: paused (prelaunch)\r\n');
  expect(await qmp.monitor('info registers', 0)).toMatch(/^\r?\n?CPU#0\r\n/);
  expect(await qmp.monitor('info registers', 1)).toMatch(/^\r?\n?CPU#1\r\n/);
});

it('gives events to listeners, until they are taken away', async () => {
  const { qmp } = await biosQemu('-S');
  const seen: QmpEvent[] = [];
  const off = qmp.onEvent((event) => seen.push(event));
  await qmp.execute('cont');
  await qmp.execute('stop');
  off();
  await qmp.execute('cont');
  await qmp.execute('query-status');
  expect(seen.map(({ event }) => event)).toEqual(['RESUME', 'STOP']);
});

it('gives each answer to the command that it belongs to, in whatever order they come', async () => {
  const held: [Command, Socket][] = [];
  const qmp = await monitor((command, socket) => {
    held.push([command, socket]);
    if (held.length === 2) for (const [one, to] of held.reverse()) say(to, { return: one.execute, id: one.id });
  });
  expect(await Promise.all([qmp.execute('stop'), qmp.execute('cont')])).toEqual(['stop', 'cont']);
});

it('fails what is under way and what comes later when QEMU ends', async () => {
  const qmp = await monitor((_command, socket) => socket.destroy());
  await expect(qmp.execute('quit')).rejects.toThrow('QEMU ended before it answered quit');
  await expect(qmp.execute('stop')).rejects.toThrow('QEMU ended before it answered stop');
});

it.each(['{"return": {}, "id"', '[]', '{"id": 2}', 'qemu-system-x86_64: warning'])(
  'fails what is under way when QEMU sends a line that is not QMP: %s',
  async (line) => {
    const qmp = await monitor((_command, socket) => void socket.write(`${line}\r\n`));
    const both = [qmp.execute('stop'), qmp.execute('cont')];
    for (const one of both) {
      await expect(one).rejects.toThrow(`QEMU's monitor sent a line that is not understood: ${line}`);
    }
    await expect.poll(() => qmp.execute('stop').catch(String)).toContain('QEMU ended before it answered stop');
  },
);
