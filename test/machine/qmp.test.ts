// SPDX-License-Identifier: GPL-2.0-only
// The other end is a real socket that answers as QEMU's monitor does (docs/interop/qmp-spec.txt).

import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';
import { InfraError } from '../../harness/host/errors.ts';
import { Qmp, type QmpEvent } from '../../harness/machine/qmp.ts';
import { temporaryFolder } from '../host/temporary.ts';

interface Command {
  execute: string;
  arguments?: Record<string, unknown>;
  id: number;
}

async function monitor(answer: (command: Command, socket: Socket) => void): Promise<{ qmp: Qmp; commands: Command[] }> {
  const commands: Command[] = [];
  const server = createServer((socket) => {
    socket.write('{"QMP": {"version": {"qemu": {"micro": 22, "minor": 2, "major": 7}}, "capabilities": ["oob"]}}\r\n');
    createInterface({ input: socket }).on('line', (line) => {
      const command = JSON.parse(line) as Command;
      commands.push(command);
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
  return { qmp, commands };
}

const say = (socket: Socket, message: object): void => void socket.write(`${JSON.stringify(message)}\r\n`);

it('leaves the negotiation mode first', async () => {
  const { commands } = await monitor(() => undefined);
  expect(commands.map(({ execute }) => execute)).toEqual(['qmp_capabilities']);
});

it('gives each answer to who asked, whatever the order', async () => {
  const held: [number, Socket][] = [];
  const { qmp } = await monitor(({ id }, socket) => {
    held.push([id, socket]);
    if (held.length === 2) for (const [one, to] of held.reverse()) say(to, { return: { told: one }, id: one });
  });
  const [first, second] = (await Promise.all([qmp.execute('stop'), qmp.execute('cont')])) as { told: number }[];
  expect((second?.told ?? 0) - (first?.told ?? 0)).toBe(1);
});

it('passes arguments, and a CPU to the human monitor', async () => {
  const { qmp, commands } = await monitor(({ id }, socket) => say(socket, { return: 'RIP=ffff\r\n', id }));
  expect(await qmp.monitor('info registers', 1)).toBe('RIP=ffff\r\n');
  expect(commands.at(-1)).toMatchObject({
    execute: 'human-monitor-command',
    arguments: { 'command-line': 'info registers', 'cpu-index': 1 },
  });
});

it('fails with QEMU’s own words', async () => {
  const error = { class: 'GenericError', desc: 'Invalid parameter type' };
  const { qmp } = await monitor(({ id }, socket) => say(socket, { error, id }));
  const refused = qmp.execute('migrate', { uri: 3 });
  await expect(refused).rejects.toThrow(new InfraError('QEMU refused migrate: Invalid parameter type'));
});

it('tells events to who listens, until they stop', async () => {
  const { qmp } = await monitor(({ id }, socket) => {
    say(socket, { event: 'STOP', timestamp: { seconds: 1, microseconds: 2 } });
    say(socket, { return: {}, id });
  });
  const seen: QmpEvent[] = [];
  const stopListening = qmp.onEvent((event) => seen.push(event));
  await qmp.execute('stop');
  stopListening();
  await qmp.execute('stop');
  expect(seen.map(({ event }) => event)).toEqual(['STOP']);
});

it('fails what is under way and what comes later when QEMU ends', async () => {
  const { qmp } = await monitor((_command, socket) => socket.destroy());
  await expect(qmp.execute('quit')).rejects.toThrow('QEMU ended before it answered quit');
  await expect(qmp.execute('stop')).rejects.toThrow('QEMU ended before it answered stop');
});
