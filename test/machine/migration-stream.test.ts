// SPDX-License-Identifier: GPL-2.0-only
// The format of migration streams: what is built is read again; what is not as it is known is named.
import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  afterPages,
  beforePages,
  joinStreams,
  loadedContent,
  pageRecords,
  pagesOfBlock,
  parseDevices,
  parseStream,
  type Page,
} from '../../harness/machine/migration-stream.ts';

const word = (value: number): Buffer => Buffer.from(value.toString(16).padStart(8, '0'), 'hex');
const double = (value: number): Buffer => Buffer.from(value.toString(16).padStart(16, '0'), 'hex');
const name = (text: string): Buffer => Buffer.concat([Buffer.from([text.length]), Buffer.from(text)]);
const byte = (value: number): Buffer => Buffer.from([value]);

const header = Buffer.concat([Buffer.from('QEVM'), word(3)]);
const configuration = Buffer.concat([
  ...[byte(7), word(13), Buffer.from('pc-i440fx-7.2')],
  ...[byte(5), name('configuration/capabilities'), word(1), word(1), name('x-ignore-shared')],
]);
const blockList = Buffer.concat([
  ...[double(0x6000 | 4), name('ram'), double(0x4000), double(0), name('pc.bios'), double(0x2000), double(0xfff_c000)],
  double(0x10),
]);
const ramSection = Buffer.concat([byte(1), word(2), name('ram'), word(0), word(4), blockList]);
const head = Buffer.concat([header, configuration, ramSection, byte(0x7e), word(2)]);
const devices = Buffer.concat([byte(4), word(0), name('timer'), byte(0)]);

const page = (block: string, offset: number, content: Buffer): Page => ({ block, offset, content });
const text = Buffer.alloc(4096, 'abc');
const pages = [
  page('pc.bios', 0x1000, text),
  page('ram', 0, Buffer.alloc(4096)),
  page('ram', 0x3000, text),
  page('ram', 0x2000, Buffer.alloc(4096, 7)),
];
const none = Buffer.alloc(0);
const whole = Buffer.concat([
  ...[beforePages({ head, ram: 2 }), pageRecords(pages), afterPages({ ram: 2, commands: none, devices })],
]);

describe('a stream', () => {
  it('is read as it was built: head, pages, devices', () => {
    const blocks = new Map([
      ['ram', 0x4000],
      ['pc.bios', 0x2000],
    ]);
    const records = [pageRecords(pages)];
    expect(parseStream(whole)).toEqual({ head, ram: 2, blocks, pages, records, commands: none, devices });
  });

  it('keeps a command between two parts of memory, as QEMU 10 sends one', () => {
    const commands = Buffer.concat([byte(8), Buffer.from([0, 11]), Buffer.from([0, 3]), Buffer.from('abc')]);
    const after = afterPages({ ram: 2, commands, devices });
    const stream = Buffer.concat([beforePages({ head, ram: 2 }), pageRecords(pages), after]);
    expect(parseStream(stream)).toMatchObject({ pages, commands, devices });
  });

  it('is joined with those that it goes on from: pages of all, the oldest first, devices of the last', () => {
    const later = [page('ram', 0x3000, Buffer.alloc(4096)), page('ram', 0x1000, text)];
    const laterDevices = Buffer.concat([devices, byte(0)]);
    const next = Buffer.concat([
      ...[beforePages({ head, ram: 2 }), pageRecords(later)],
      afterPages({ ram: 2, commands: none, devices: laterDevices }),
    ]);
    const joined = parseStream(Buffer.concat(joinStreams([whole, next])));
    expect(joined).toMatchObject({ head, pages: [...pages, ...later], devices: laterDevices });
    const streams = [parseStream(whole), parseStream(next)];
    const ofRam = pagesOfBlock(streams, 'ram');
    expect([...ofRam.keys()]).toEqual([0, 0x3000, 0x2000, 0x1000]);
    expect(loadedContent(ofRam.get(0x3000) ?? [], text)).toEqual(Buffer.alloc(4096));
    expect(joinStreams([whole])).toEqual([whole]);
  });

  it('has of a page that has changed only the change, if that is less', () => {
    const now = Buffer.from(text).fill('x', 100, 300);
    const changed = { ...page('ram', 0x3000, now), was: text };
    const records = pageRecords([changed, { ...page('ram', 0, randomBytes(4096)), was: text }]);
    expect(records.length).toBe(8 + 4 + (3 + 3 + 200) + (8 + 4096));
    const end = afterPages({ ram: 2, commands: none, devices });
    const [first, second] = parseStream(Buffer.concat([beforePages({ head, ram: 2 }), records, end])).pages;
    expect(loadedContent(first === undefined ? [] : [first], text)).toEqual(now);
    expect(second).toHaveProperty('content');
    expect(loadedContent(first === undefined ? [] : [page('ram', 0x3000, now), first], Buffer.alloc(4096))).toEqual(
      now,
    );
  });

  it('names a block once, and takes nine bytes for a page of zeros, but not for one of another byte', () => {
    expect(pageRecords(pages.slice(1)).length).toBe(8 + 4 + 1 + (8 + 4096) + (8 + 4096));
    expect(pageRecords([])).toHaveLength(0);
  });

  it.each<[string, Buffer, RegExp]>([
    ['something else', Buffer.from('not a stream at all'), /^no QEVM at the beginning, at byte 4$/],
    ['another version', Buffer.concat([Buffer.from('QEVM'), word(2), configuration]), /^version 2 instead of 3/],
    ['no configuration', Buffer.concat([header, ramSection]), /^no configuration section/],
    [
      'an unknown part of the configuration',
      Buffer.concat([header, byte(7), word(1), Buffer.from('x'), byte(5), name('configuration/new')]),
      /^a configuration section configuration\/new/,
    ],
    [
      'another section first',
      Buffer.concat([header, configuration, byte(1), word(1), name('dirty-bitmap'), word(0), word(1)]),
      /^a section dirty-bitmap, version 1/,
    ],
    ['a device inside memory', Buffer.concat([head, devices]), /^a section of the kind 4 inside memory/],
    ['a page outside its block', withPages(page('ram', 0x4000, text)), /^a page at 16384 of the memory block ram/],
    ['a page of a block that is not listed', withPages(page('vga', 0, text)), /^a page at 0 of the memory block vga/],
    ['no devices', whole.subarray(0, -devices.length), /^no section of a device after memory/],
    ['a compressed page', Buffer.concat([beforePages({ head, ram: 2 }), double(0x100), name('ram')]), /flags 0x100/],
  ])('with %s is refused', (_, stream, message) => {
    expect(() => parseStream(stream)).toThrow(message);
  });

  it('that is cut is refused, wherever that is before the devices', () => {
    for (let length = 0; length < whole.length - devices.length; length += 97) {
      expect(() => parseStream(whole.subarray(0, length)), String(length)).toThrow();
    }
  });
});

describe('a file of devices alone', () => {
  it('has the same sections after a header', () => {
    expect(parseDevices(Buffer.concat([header, devices]))).toEqual(devices);
  });

  it('is not a whole stream', () => {
    expect(() => parseDevices(whole)).toThrow(/^no section of a device/);
  });
});

function withPages(...some: Page[]): Buffer {
  return Buffer.concat([
    beforePages({ head, ram: 2 }),
    pageRecords(some),
    afterPages({ ram: 2, commands: none, devices }),
  ]);
}
