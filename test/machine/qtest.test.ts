// SPDX-License-Identifier: GPL-2.0-only
// The client of QEMU's test protocol, against a socket that answers as QEMU does.

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Qtest } from '../../harness/machine/qtest.ts';

let folder: string;
let server: Server;
let qtest: Qtest;
let peer: Socket;
const asked: string[] = [];
/** What is answered to each line, in order. */
let answers: string[] = [];

beforeEach(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-qtest-'));
  server = createServer().listen(path.join(folder, 's'));
  await once(server, 'listening');
  const accepted = once(server, 'connection');
  qtest = new Qtest(connect(path.join(folder, 's')));
  [peer] = (await accepted) as [Socket];
  asked.length = 0;
  peer.on('data', (bytes: Buffer) => {
    const lines = bytes.toString().trimEnd().split('\n');
    asked.push(...lines);
    peer.write(lines.map(() => answers.shift() ?? '').join(''));
  });
});
afterEach(() => {
  qtest.close();
  peer.destroy();
  server.close();
  rmSync(folder, { recursive: true });
});

it('reads and writes guest-physical memory; answers come in order, whatever is between them', async () => {
  answers = ['OK 0x01020304\nIRQ raise 3\n', 'OK\n', 'OK 0xaa\n'];
  const all = Promise.all([
    qtest.read(0xfe800000, 4),
    qtest.write(0xfe800010, Uint8Array.of(1, 0xff)),
    qtest.read(0, 1),
  ]);
  expect(await all).toEqual([Buffer.from([1, 2, 3, 4]), undefined, Buffer.from([0xaa])]);
  expect(asked).toEqual(['read 0xfe800000 0x4', 'write 0xfe800010 0x2 0x01ff', 'read 0x0 0x1']);
});

it('reads and writes registers with one access of their width', async () => {
  answers = ['OK 0x00000000000000ff\n', 'OK 0x8000000000000001\n', 'OK\n'];
  expect(await qtest.readRegister(0x10, 1)).toBe(0xffn);
  expect(await qtest.readRegister(0x18, 8)).toBe(0x8000000000000001n);
  await qtest.writeRegister(0x20, 2, 0x1234n);
  expect(asked).toEqual(['readb 0x10', 'readq 0x18', 'writew 0x20 0x1234']);
});

it('raises a pin and lowers it again', async () => {
  answers = ['OK\n', 'OK\n'];
  await qtest.pulse('/machine/q35/ioapic', 7);
  expect(asked).toEqual([
    'set_irq_in /machine/q35/ioapic unnamed-gpio-in 7 1',
    'set_irq_in /machine/q35/ioapic unnamed-gpio-in 7 0',
  ]);
});

it('tells what QEMU refused, and that it ended', async () => {
  answers = ['FAIL Unknown device\n'];
  const refused = qtest.pulse('/machine/nowhere', 7);
  await expect(refused).rejects.toThrow(
    'QEMU refused set_irq_in /machine/nowhere unnamed-gpio-in 7 1: FAIL Unknown device',
  );
  const waiting = qtest.read(0, 4);
  peer.destroy();
  await expect(waiting).rejects.toThrow('QEMU ended before it answered read 0x0 0x4');
  await expect(qtest.read(0, 4)).rejects.toThrow('QEMU ended');
});
