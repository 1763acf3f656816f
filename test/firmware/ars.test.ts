// SPDX-License-Identifier: GPL-2.0-only
// The `ars` table, run by acpiexec on a stand-in for QEMU's tables, against a model.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acpiFolder } from '../../harness/firmware/acpi.ts';
import { aslCompiler, compileAsl } from '../../harness/firmware/asl.ts';
import { decodeStore, encodeStore, maxRanges, type PoisonRange } from './ars-store.ts';
import { findProgram } from '../../harness/host/needs.ts';
import { acpiInterpreter, busDsm, dimmDsm, dsmCommand, evaluate } from './acpiexec.ts';
import { ArsModel, platform } from './ars-model.ts';

const missing = [aslCompiler, acpiInterpreter].filter((program) => findProgram(program) === undefined);
const why = missing.length === 0 ? '' : ` (skipped: no ${missing.join(' and ')}; install acpica-tools)`;

const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-ars-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bus = '\\_SB.NVAR._DSM';
const labelArea = (slot: number): string => `evaluate \\_SB.NVDR.LSA${slot}`;
/** Where the store is in the stand-in's label areas. */
const cacheAt = 4096;

// Integers have 32 bits when the DSDT's revision is 1, as QEMU's is, and 64 from 2 on.
describe.skipIf(missing.length > 0).each([
  { bits: 32, revision: 1 },
  { bits: 64, revision: 2 },
])(`the ars table with integers of $bits bits${why}`, { concurrent: true }, ({ revision }) => {
  const dsdt = path.join(folder, `platform-${revision}.aml`);
  const tables = [dsdt, path.join(acpiFolder, 'ars.aml')];
  beforeAll(() => compileAsl(path.join(import.meta.dirname, 'platform.asl'), dsdt, { revision }));

  test.each([1, 2])('answers as the model does, whatever is asked (seed %i)', async (seed) => {
    const model = new ArsModel();
    const asked: { func: number; input: Buffer; wanted: Buffer }[] = [];
    const ask = (func: number, input: Buffer): void => {
      asked.push({ func, input, wanted: model.answer(func, input) });
    };
    const random = generator(seed);
    ask(3, Buffer.from([0]));
    for (let step = 0; step < 60; step++) {
      const func = pick(random, [7, 7, 7, 7, 8, 8, 4, 4, 4, 2, 1, 5, 0, 6, 99]);
      const input = randomInput(random);
      ask(func, input);
      if ([4, 7, 8].includes(func)) ask(9, Buffer.from([0]));
      if (func === 2) ask(3, Buffer.from([0]));
    }
    const commands = asked.map(({ func, input }) => dsmCommand(bus, busDsm, func, input));
    const answers = await evaluate(tables, [...commands, labelArea(0), labelArea(1)]);
    const saw = asked.map((one, index) => ({ ...show(one), answer: answers[index]?.value?.toString('hex') }));
    expect(saw).toEqual(asked.map((one) => ({ ...show(one), answer: one.wanted.toString('hex') })));
    for (const slot of [0, 1]) {
      const area = answers[asked.length + slot]?.value ?? Buffer.alloc(0);
      expect(decodeStore(area.subarray(cacheAt))).toEqual(model.poison(slot));
    }
    // The seeds were chosen so that this tests something.
    expect(model.poison(0).length + model.poison(1).length).toBeGreaterThan(5);
  });

  test('holds what the host wrote, and refuses what no longer fits without changing anything', async () => {
    const ranges = Array.from({ length: maxRanges }, (_, index) => ({ offset: index * 2048, length: 1024 }));
    const model = new ArsModel();
    model.preset(1, ranges);
    const at = (offset: number, length: number): Buffer =>
      rangeInput(platform[1].base + BigInt(offset), BigInt(length));
    const asked: [number, Buffer][] = [
      [9, Buffer.from([0])],
      [7, at(1536, 256)], // a 255th range
      [4, at(256, 256)], // would split one
      [8, at(256, 256)],
      [9, Buffer.from([0])],
      [7, at(1024, 1024)], // joins two
      [4, at(2048 * 9 + 256, 256)], // now there is room to split one
      [7, at(2048 * 253 + 4096, 256)],
      [9, Buffer.from([0])],
      [4, at(0, 2 ** 30)], // all of it
      [9, Buffer.from([0])],
    ];
    const wanted = asked.map(([func, input]) => model.answer(func, input).toString('hex'));
    expect(wanted.slice(1, 4).map((answer) => answer.slice(0, 8))).toEqual(['02000000', '03000000', '02000000']);
    const before = hostWrites(1, ranges);
    const answers = await evaluate(tables, [
      ...before,
      ...asked.map(([func, input]) => dsmCommand(bus, busDsm, func, input)),
    ]);
    expect(answers.slice(before.length).map(({ value }) => value?.toString('hex'))).toEqual(wanted);
  });

  test('takes 127 injected ranges, and then has room to clear a part of each', async () => {
    const model = new ArsModel();
    const at = (offset: number, length: number): Buffer =>
      rangeInput(platform[0].base + BigInt(offset), BigInt(length));
    const injected = Array.from({ length: 128 }, (_, index): [number, Buffer] => [7, at(index * 4096, 768)]);
    const cleared = Array.from({ length: 127 }, (_, index): [number, Buffer] => [4, at(index * 4096 + 256, 256)]);
    const asked = [...injected, ...cleared];
    const wanted = asked.map(([func, input]) => model.answer(func, input).toString('hex'));
    expect(wanted.map((answer) => Number(answer.slice(0, 2)))).toEqual([
      ...Array<number>(127).fill(0),
      2,
      ...Array<number>(127).fill(0),
    ]);
    const answers = await evaluate(
      tables,
      asked.map(([func, input]) => dsmCommand(bus, busDsm, func, input)),
    );
    expect(answers.map(({ value }) => value?.toString('hex'))).toEqual(wanted);
  });

  test('reports from a scrub what its range reaches into, not what it touches', async () => {
    const model = new ArsModel();
    const at = (offset: number, length: number): Buffer =>
      rangeInput(platform[0].base + BigInt(offset), BigInt(length));
    const asked: [number, Buffer][] = [
      [7, at(4096, 4096)],
      [2, at(0, 4096)],
      [3, Buffer.from([0])],
      [2, at(8192, 4096)],
      [3, Buffer.from([0])],
      [2, at(4000, 97)],
      [3, Buffer.from([0])],
      [2, at(8191, 1)],
      [3, Buffer.from([0])],
    ];
    const wanted = asked.map(([func, input]) => model.answer(func, input).toString('hex'));
    expect(wanted.filter((_, index) => asked[index]?.[0] === 3).map((answer) => answer.length / 2)).toEqual([
      48, 48, 72, 72,
    ]);
    const answers = await evaluate(
      tables,
      asked.map(([func, input]) => dsmCommand(bus, busDsm, func, input)),
    );
    expect(answers.map(({ value }) => value?.toString('hex'))).toEqual(wanted);
  });

  test('with little room in an answer, stops where the next range begins, and goes on from there', async () => {
    const few = [dsdt, path.join(acpiFolder, 'ars-few.aml')];
    const { base } = platform[0];
    const at = (offset: number, length: number): Buffer => rangeInput(base + BigInt(offset), BigInt(length));
    const inject = [0, 4, 9, 20, 21, 30].map((page) => dsmCommand(bus, busDsm, 7, at(page * 4096, 4096)));
    const scrub = (from: number): string[] => [
      dsmCommand(bus, busDsm, 2, at(from, 2 ** 20 - from)),
      dsmCommand(bus, busDsm, 3, Buffer.from([0])),
    ];
    const commands = [...inject, ...scrub(0), ...scrub(9 * 4096), ...scrub(30 * 4096)];
    const answers = await evaluate(few, commands);
    const parts = [7, 9, 11].map((index) => statusOf(answers[index]?.value ?? Buffer.alloc(48), base));
    const page = 4096;
    expect(parts).toEqual([
      {
        stopped: true,
        scrubbed: 9 * page,
        restart: [9 * page, 2 ** 20 - 9 * page],
        bad: [
          [0, page],
          [4 * page, page],
        ],
      },
      {
        stopped: true,
        scrubbed: 21 * page,
        restart: [30 * page, 2 ** 20 - 30 * page],
        bad: [
          [9 * page, page],
          [20 * page, 2 * page],
        ],
      },
      { stopped: false, scrubbed: 2 ** 20 - 30 * page, restart: [0, 0], bad: [[30 * page, page]] },
    ]);
  });

  test('takes what is no store, or says more than it holds, for an empty one', async () => {
    const tooMany = Buffer.alloc(24);
    tooMany.write('ARS1');
    tooMany.writeUInt32LE(maxRanges + 1, 4);
    const rubbish = Buffer.alloc(24, 0xa5);
    const status = dsmCommand(bus, busDsm, 9, Buffer.from([0]));
    const commands = [labelWrite(0, cacheAt, tooMany), labelWrite(1, cacheAt, rubbish), status];
    const answers = await evaluate(tables, commands);
    expect(answers.at(-1)?.value).toEqual(Buffer.alloc(8));
  });

  test('answers rubbish with a status', async () => {
    const inputs = ['[1]', '["poison"]', '[(01)]', '[[(00)]]'];
    const bare = [9, 3].flatMap((func) => [`evaluate \\NONE ${func}`, `evaluate \\VOID ${func}`]);
    const commands = [1, 2, 4, 5, 7, 8].flatMap((func) => [
      ...inputs.map((input) => dsmCommand(bus, busDsm, func, input)),
      `evaluate \\NONE ${func}`,
      `evaluate \\VOID ${func}`,
    ]);
    const other = dsmCommand(bus, dimmDsm, 7, rangeInput(platform[0].base, 256n));
    const answers = (await evaluate(tables, [...commands, other, ...bare])).map(({ value }) => value);
    expect(answers.slice(0, commands.length).map((value) => value?.readUInt32LE(0))).toEqual(commands.map(() => 2));
    const [none = Buffer.alloc(0), ...rest] = answers.slice(commands.length);
    expect(none).toEqual(Buffer.alloc(1));
    const nothing = new ArsModel();
    expect(rest).toEqual([9, 9, 3, 3].map((func) => nothing.answer(func, Buffer.alloc(0))));
  });

  test('notifies the system only when it is asked to', async () => {
    const range = rangeInput(platform[0].base, 256n);
    const inputs = [Buffer.concat([range, Buffer.from([1])]), Buffer.concat([range, Buffer.from([0])]), range];
    // A notification has a thread of its own, and may come when the next command was answered.
    const after = 'evaluate \\_SB.NVDR._FIT';
    const notified = inputs.map(async (input) => {
      const answers = await evaluate(tables, [dsmCommand(bus, busDsm, 7, input), after]);
      return answers.flatMap((answer) => answer.notified);
    });
    expect(await Promise.all(notified)).toEqual([[0x81], [], []]);
  });

  test('lists the SPA ranges in the order of the slots, and leaves nothing out', async () => {
    const [theirs, ours] = await evaluate(tables, ['evaluate \\_SB.NVDR._FIT', 'evaluate \\_SB.NVAR._FIT']);
    const before = fitStructures(theirs?.value);
    const after = fitStructures(ours?.value);
    expect(before.map(({ type }) => type)).toEqual([0, 1, 0, 1]);
    expect(before.filter(({ type }) => type === 0).map(({ base }) => base)).toEqual([
      platform[1].base,
      platform[0].base,
    ]);
    expect(after.map(({ type }) => type)).toEqual([0, 0, 1, 1]);
    expect(after.filter(({ type }) => type === 0).map(({ base }) => base)).toEqual([
      platform[0].base,
      platform[1].base,
    ]);
    const bytes = (structures: typeof before): string[] => structures.map((one) => one.hex).sort();
    expect(bytes(after)).toEqual(bytes(before));
  });

  test('shows DIMMs whose label area ends before the store', async () => {
    const size = (object: string): string => dsmCommand(object, dimmDsm, 4, Buffer.from([0]));
    const [theirs, ours] = await evaluate(tables, [
      dsmCommand('\\_SB.NVDR.NCAL', dimmDsm, 4, Buffer.from([0]), ' 2'),
      size('\\_SB.NVAR.NV01._DSM'),
    ]);
    expect(theirs?.value?.readUInt32LE(4)).toBe(8192);
    expect(ours?.value?.readUInt32LE(4)).toBe(cacheAt);
    expect(ours?.value?.subarray(8)).toEqual(theirs?.value?.subarray(8));
  });
});

/** Commands that put a store into a slot's label area, as the host does it in the backing file. */
function hostWrites(slot: number, ranges: readonly PoisonRange[]): string[] {
  const block = encodeStore(ranges);
  const commands: string[] = [];
  for (let at = 0; at < 2048; at += 96) {
    commands.push(labelWrite(slot, cacheAt + at, block.subarray(at, Math.min(at + 96, 2048))));
  }
  return commands;
}

function labelWrite(slot: number, offset: number, data: Buffer): string {
  const head = Buffer.alloc(8);
  head.writeUInt32LE(offset);
  head.writeUInt32LE(data.length, 4);
  return dsmCommand('\\_SB.NVDR.NCAL', dimmDsm, 6, Buffer.concat([head, data]), ` ${slot + 1}`);
}

function rangeInput(address: bigint, length: bigint): Buffer {
  const input = Buffer.alloc(16);
  input.writeBigUInt64LE(BigInt.asUintN(64, address));
  input.writeBigUInt64LE(BigInt.asUintN(64, length), 8);
  return input;
}

/** Mostly a few units near the start or the end of a DIMM, so that ranges meet; sometimes anything. */
function randomInput(random: () => number): Buffer {
  const whole = (limit: number): bigint => BigInt(Math.floor(random() * limit));
  const { base, size } = pick(random, platform);
  let address = base + 256n * (random() < 0.7 ? whole(48) : size / 256n - 24n + whole(24));
  let length = 256n * (1n + whole(8));
  if (random() < 0.3) address += whole(256);
  if (random() < 0.3) length -= whole(256);
  if (random() < 0.05) length = size;
  if (random() < 0.03) length = 0n;
  if (random() < 0.03) address = whole(2 ** 32) * 2n ** 32n + address;
  if (random() < 0.03) length = 2n ** 64n - address + whole(1024) * 256n;
  if (random() < 0.03) length += 2n ** BigInt(32 + Math.floor(random() * 32));
  const more = Buffer.from(Array.from({ length: Math.floor(random() * 9) }, () => Math.floor(random() * 256)));
  return Buffer.concat([rangeInput(address, length), more]);
}

function show({ func, input }: { func: number; input: Buffer }): { func: number; input: string } {
  return { func, input: input.toString('hex') };
}

/** The structures of a _FIT: type, bytes, and the address of an SPA range. */
function fitStructures(fit: Buffer | undefined): { type: number; base: bigint; hex: string }[] {
  const found: { type: number; base: bigint; hex: string }[] = [];
  if (fit === undefined) return found;
  for (let at = 0; at < fit.length; at += fit.readUInt16LE(at + 2)) {
    const bytes = fit.subarray(at, at + fit.readUInt16LE(at + 2));
    found.push({ type: bytes.readUInt16LE(0), base: bytes.readBigUInt64LE(32), hex: bytes.toString('hex') });
  }
  return found;
}

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<T>(random: () => number, from: readonly T[]): T {
  const one = from[Math.floor(random() * from.length)];
  if (one === undefined) throw new Error('nothing to pick from');
  return one;
}

/** An answer of Query ARS Status (ACPI 6.5, 9.20.7.6), with addresses from `base` on. */
function statusOf(answer: Buffer, base: bigint): unknown {
  const [status, flags] = [answer.readUInt32LE(0), answer.readUInt16LE(42)];
  const number = (offset: number): number => Number(answer.readBigUInt64LE(offset));
  const restart = number(24) === 0 ? 0 : number(24) - Number(base);
  const bad = Array.from({ length: answer.readUInt32LE(44) }, (_, index) => [
    number(56 + 24 * index) - Number(base),
    number(64 + 24 * index),
  ]);
  // Stopped, and for want of room: both or neither.
  expect([status, flags]).toEqual(status === 0 ? [0, 0] : [3 << 16, 1]);
  expect(answer.length).toBe(48 + 24 * bad.length);
  return { stopped: status !== 0, scrubbed: number(16), restart: [restart, number(32)], bad };
}
