// SPDX-License-Identifier: GPL-2.0-only
// The format of QEMU's migration stream, as far as it concerns pages of memory: pure. What comes after memory is the state of
// CPUs and devices, which only QEMU reads.
// Sources, QEMU 7.2: migration/savevm.c (sections), migration/ram.c (pages), docs/devel/migration.rst.

import { groupBy } from '../host/group-by.ts';
import { pageBytes } from '../host/page.ts';
import { applyDelta, deltaOf } from './page-delta.ts';

/** A stream that is not as it is known to be. */
export class StreamError extends Error {}

interface Place {
  block: string;
  offset: number;
}

/** A page of a block of memory. */
export interface Page extends Place {
  content: Buffer;
}

/** A page that has changed. */
export interface ChangedPage extends Page {
  was: Buffer;
}

/** What a stream has of a page: all of it, or what of it changes (page-delta.ts). */
export type LoadedPage = Page | (Place & { delta: Buffer });

/** A saved guest as its stream has it. */
export interface Stream {
  /** From the beginning to the list of memory blocks, that section included. */
  head: Buffer;
  /** Id of the section `ram`. */
  ram: number;
  /** Memory blocks: name to bytes. */
  blocks: Map<string, number>;
  pages: LoadedPage[];
  /** The same pages as the stream has them. */
  records: Buffer[];
  /** Commands to the QEMU that loads it, which come before the last part of memory; none up to QEMU 9. */
  commands: Buffer;
  /** Sections of CPUs and devices, to the end. */
  devices: Buffer;
}

const magic = Buffer.from('QEVM');
const version = 3;
/** Kinds of sections. */
const kinds = {
  end: 0,
  start: 1,
  part: 2,
  last: 3,
  full: 4,
  subsection: 5,
  configuration: 7,
  command: 8,
  footer: 0x7e,
} as const;
/** Flags of a record of memory; its address is a multiple of the page size, so they share a word. */
const flags = { fill: 0x02, blockList: 0x04, page: 0x08, end: 0x10, sameBlock: 0x20, delta: 0x40 } as const;
const ramVersion = 4;
/** Before a delta: that it is one (migration/ram.c:ENCODING_FLAG_XBZRLE). */
const deltaEncoding = 1;
const zeros = Buffer.alloc(pageBytes);

/** @throws StreamError */
export function parseStream(stream: Buffer): Stream {
  const cursor = new Cursor(stream);
  parseHeader(cursor);
  parseConfiguration(cursor);
  const ram = parseSectionStart(cursor);
  const blocks = parseBlockList(cursor);
  parseFooter(cursor, ram);
  const head = stream.subarray(0, cursor.at);
  const pages: LoadedPage[] = [];
  const records: Buffer[] = [];
  const commands: Buffer[] = [];
  for (;;) {
    const kind = cursor.byte();
    if (kind === kinds.command) {
      commands.push(parseCommand(cursor));
      continue;
    }
    if (kind !== kinds.part && kind !== kinds.last) throw cursor.unknown(`a section of the kind ${kind} inside memory`);
    if (cursor.word() !== ram) throw cursor.unknown('a section other than `ram` before the devices');
    const part = parsePages(cursor, blocks, pages);
    if (part.length > 0) records.push(part);
    parseFooter(cursor, ram);
    if (kind === kinds.last) break;
  }
  return {
    head,
    ram,
    blocks,
    pages,
    records,
    commands: Buffer.concat(commands),
    devices: checkedDevices(stream.subarray(cursor.at)),
  };
}

/** The sections of a file of devices' states alone, which has a header, but neither configuration nor memory. @throws StreamError */
export function parseDevices(stream: Buffer): Buffer {
  const cursor = new Cursor(stream);
  parseHeader(cursor);
  return checkedDevices(stream.subarray(cursor.at));
}

/** What comes before the pages of a stream. */
export function beforePages({ head, ram }: Pick<Stream, 'head' | 'ram'>): Buffer {
  return Buffer.concat([head, Buffer.from([kinds.part]), word(ram)]);
}

/**
 * Pages as a stream has them; pages of one block one after the other take least. A page of zeros takes nine bytes; QEMU 11.1 accepts no
 * other fill. Of a page that has changed only what has changed is there, if that is less.
 */
export function pageRecords(pages: readonly (Page | ChangedPage)[]): Buffer {
  const records: Buffer[] = [];
  let block: string | undefined;
  for (const page of pages) {
    const address = Buffer.alloc(8);
    const same = page.block === block ? flags.sameBlock : 0;
    const { kind, data } = pageData(page);
    address.writeBigUInt64BE(BigInt(page.offset) + BigInt(same + kind));
    records.push(address);
    if (same === 0) records.push(Buffer.from([Buffer.byteLength(page.block)]), Buffer.from(page.block));
    records.push(...data);
    block = page.block;
  }
  return Buffer.concat(records);
}

function pageData(page: Page | ChangedPage): { kind: number; data: Buffer[] } {
  if (page.content.equals(zeros)) return { kind: flags.fill, data: [Buffer.from([0])] };
  const delta = 'was' in page ? deltaOf(page.was, page.content) : undefined;
  if (delta === undefined) return { kind: flags.page, data: [page.content] };
  const head = Buffer.from([deltaEncoding, 0, 0]);
  head.writeUInt16BE(delta.length, 1);
  return { kind: flags.delta, data: [head, delta] };
}

/** What comes after the pages of a stream, to its end. */
export function afterPages({ ram, commands, devices }: Pick<Stream, 'ram' | 'commands' | 'devices'>): Buffer {
  const end = Buffer.alloc(8);
  end.writeBigUInt64BE(BigInt(flags.end));
  const footer = Buffer.concat([Buffer.from([kinds.footer]), word(ram)]);
  return Buffer.concat([end, footer, commands, Buffer.from([kinds.last]), word(ram), end, footer, devices]);
}

/**
 * What QEMU loads of a guest that was saved step by step: the pages of all streams, the oldest first, since the last content of a page counts,
 * and the devices of the last stream. @throws StreamError
 */
export function joinStreams(streams: readonly Buffer[]): Buffer[] {
  // QEMU checks a single stream itself.
  if (streams.length === 1) return [...streams];
  const parsed = streams.map(parseStream);
  const last = parsed.at(-1);
  if (last === undefined) throw new StreamError('no stream');
  return [beforePages(last), ...parsed.flatMap(({ records }) => records), afterPages(last)];
}

/** What streams have of the pages of a block, in their order, by offset. */
export function pagesOfBlock(streams: readonly Stream[], block: string): Map<number, LoadedPage[]> {
  return groupBy(
    streams.flatMap(({ pages }) => pages.filter((page) => page.block === block)),
    ({ offset }) => offset,
  );
}

/** The content of a page when all that streams have of it is loaded. `file`: what it was before, which stays as it is. */
export function loadedContent(loaded: readonly LoadedPage[], file: Buffer): Buffer {
  const [first, ...others] = loaded;
  if (first === undefined) return file;
  if (others.length === 0 && 'content' in first) return first.content;
  const page = Buffer.from(file);
  for (const one of loaded) {
    if ('content' in one) one.content.copy(page);
    else applyDelta(page, one.delta);
  }
  return page;
}

/** A command with its kind, as it is in the stream (migration/savevm.c:qemu_savevm_command_send). */
function parseCommand(cursor: Cursor): Buffer {
  const number = cursor.take(2);
  const length = cursor.take(2);
  return Buffer.concat([Buffer.from([kinds.command]), number, length, cursor.take(length.readUInt16BE())]);
}

function word(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeUInt32BE(value);
  return buffer;
}

function parseHeader(cursor: Cursor): void {
  if (!cursor.take(4).equals(magic)) throw cursor.unknown('no QEVM at the beginning');
  const found = cursor.word();
  if (found !== version) throw cursor.unknown(`version ${found} instead of ${version}`);
}

/** Name of the machine type, then the capabilities that both sides must have (vmstate_configuration). */
function parseConfiguration(cursor: Cursor): void {
  if (cursor.byte() !== kinds.configuration) throw cursor.unknown('no configuration section');
  cursor.take(cursor.word());
  while (cursor.peek() === kinds.subsection) {
    cursor.byte();
    const name = cursor.name();
    if (name !== 'configuration/capabilities') throw cursor.unknown(`a configuration section ${name}`);
    cursor.word(); // its version
    for (let left = cursor.word(); left > 0; left--) cursor.name();
  }
}

function parseSectionStart(cursor: Cursor): number {
  if (cursor.byte() !== kinds.start) throw cursor.unknown('no section for memory after the configuration');
  const id = cursor.word();
  const name = cursor.name();
  cursor.word(); // instance
  const found = cursor.word();
  if (name !== 'ram' || found !== ramVersion) throw cursor.unknown(`a section ${name}, version ${found}`);
  return id;
}

/** With x-ignore-shared each block also says where it is in guest-physical memory (ram_save_setup). */
function parseBlockList(cursor: Cursor): Map<string, number> {
  const { address: total, flags: found } = cursor.record();
  if (found !== flags.blockList) throw cursor.unknown('no list of memory blocks');
  const blocks = new Map<string, number>();
  for (let left = total; left > 0;) {
    const name = cursor.name();
    const bytes = cursor.double();
    cursor.double(); // its address
    blocks.set(name, bytes);
    left -= bytes;
    if (left < 0) throw cursor.unknown('memory blocks that are larger than their sum');
  }
  if (cursor.record().flags !== flags.end) throw cursor.unknown('a list of memory blocks that does not end');
  return blocks;
}

/** Returns the records of the pages, which begin with the name of a block, so that they can follow any others. */
function parsePages(cursor: Cursor, blocks: ReadonlyMap<string, number>, pages: LoadedPage[]): Buffer {
  let block: string | undefined;
  const first = cursor.at;
  for (;;) {
    const next = cursor.at;
    const { address, flags: found } = cursor.record();
    if (found === flags.end) return cursor.between(first, next);
    if ((found & flags.sameBlock) === 0) block = cursor.name();
    const bytes = block === undefined ? undefined : blocks.get(block);
    if (block === undefined || bytes === undefined || address >= bytes) {
      throw cursor.unknown(`a page at ${address} of the memory block ${block ?? 'without a name'}`);
    }
    const kind = found & ~flags.sameBlock;
    if (kind === flags.delta) {
      if (cursor.byte() !== deltaEncoding) throw cursor.unknown('a change of a page in an unknown form');
      pages.push({ block, offset: address, delta: cursor.take(cursor.half()) });
      continue;
    }
    if (kind !== flags.page && kind !== flags.fill) throw cursor.unknown(`a page with flags 0x${found.toString(16)}`);
    const content = kind === flags.page ? cursor.take(pageBytes) : Buffer.alloc(pageBytes, cursor.byte());
    pages.push({ block, offset: address, content });
  }
}

function parseFooter(cursor: Cursor, section: number): void {
  if (cursor.byte() !== kinds.footer || cursor.word() !== section) throw cursor.unknown('a section without its end');
}

/** Sections of devices can be told apart by QEMU only, but a stream of them that was cut is without its end. */
function checkedDevices(devices: Buffer): Buffer {
  const cursor = new Cursor(devices);
  if (cursor.peek() !== kinds.full) throw cursor.unknown('no section of a device after memory');
  return devices;
}

class Cursor {
  at = 0;
  readonly #stream: Buffer;

  constructor(stream: Buffer) {
    this.#stream = stream;
  }

  unknown(what: string): StreamError {
    return new StreamError(`${what}, at byte ${this.at}`);
  }

  take(bytes: number): Buffer {
    const taken = this.#stream.subarray(this.at, this.at + bytes);
    if (taken.length < bytes) throw this.unknown('the end of the stream too early');
    this.at += bytes;
    return taken;
  }

  between(from: number, to: number): Buffer {
    return this.#stream.subarray(from, to);
  }

  peek(): number | undefined {
    return this.#stream[this.at];
  }

  byte(): number {
    return this.take(1).readUInt8();
  }

  half(): number {
    return this.take(2).readUInt16BE();
  }

  word(): number {
    return this.take(4).readUInt32BE();
  }

  double(): number {
    return Number(this.take(8).readBigUInt64BE());
  }

  name(): string {
    return this.take(this.byte()).toString();
  }

  record(): { address: number; flags: number } {
    const value = this.double();
    return { address: value - (value % pageBytes), flags: value % pageBytes };
  }
}
