// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { zerosSeed } from '../../harness/guest/protocol.ts';
import { contentOf, copyOf, noteLength, noteWritten, seedOfBytes } from '../../harness/scenario/file-content.ts';

describe('the expected content of a file after a write', () => {
  const after = (offset: number, length: number): number[] => {
    const content = contentOf([1, 1, 1, 1]);
    noteWritten(content, offset, length, 9);
    return content.seeds;
  };

  it.each([
    ['a whole page', 4096, 4096, [1, 9, 1, 1]],
    ['several', 0, 12288, [9, 9, 9, 1]],
    ['a page in part', 4096, 100, [1, 0, 1, 1]],
    ['across a boundary', 8000, 200, [1, 0, 0, 1]],
    ['from the middle of one to the end of the next', 2048, 6144, [0, 9, 1, 1]],
    ['to the end', 12288, 4096, [1, 1, 1, 9]],
    ['beyond the end', 12288, 8192, [1, 1, 1, 9, 9]],
    ['far beyond the end', 20480, 4096, [1, 1, 1, 1, zerosSeed, 9]],
    ['nothing', 4096, 0, [1, 1, 1, 1]],
  ])('%s', (_what, offset, length, seeds) => expect(after(offset, length)).toEqual(seeds));
});

describe('a page that was written in part', () => {
  it('is known in its parts', () => {
    const content = contentOf([1, 1]);
    noteWritten(content, 4096 + 100, 50, 9);
    expect(content.parts.get(1)).toEqual([
      { offset: 0, length: 100, seed: 1 },
      { offset: 100, length: 50, seed: 9 },
      { offset: 150, length: 3946, seed: 1 },
    ]);
    expect(seedOfBytes(content, 1, 110, 40)).toBe(9);
    expect(seedOfBytes(content, 1, 140, 40)).toBe(0);
    expect(seedOfBytes(content, 0, 0, 4096)).toBe(1);
  });

  it('is whole again once the rest has the same pattern', () => {
    const content = contentOf([1]);
    noteWritten(content, 0, 2048, 9);
    noteWritten(content, 2048, 2048, 9);
    expect([content.seeds, content.parts.size]).toEqual([[9], 0]);
  });

  it('forgets what was there when something unknown is written', () => {
    const content = contentOf([1]);
    noteWritten(content, 1000, 96, 0);
    expect(content.parts.get(0)).toEqual([
      { offset: 0, length: 1000, seed: 1 },
      { offset: 1096, length: 3000, seed: 1 },
    ]);
    noteWritten(content, 0, 4096, 0);
    expect([content.seeds, content.parts.size]).toEqual([[0], 0]);
  });

  it('is another one in a copy', () => {
    const content = contentOf([1]);
    const copy = copyOf(content);
    noteWritten(content, 0, 10, 9);
    expect([copy.seeds, copy.parts.size, copy.bytes]).toEqual([[1], 0, 4096]);
  });
});

describe('the length of a file', () => {
  it('cut within a page leaves the first part of it', () => {
    const content = contentOf([1, 1, 1]);
    noteWritten(content, 8192, 10, 9);
    noteLength(content, 4196);
    expect(content.seeds).toEqual([1, 0]);
    expect([...content.parts]).toEqual([[1, [{ offset: 0, length: 100, seed: 1 }]]]);
    noteLength(content, 8192);
    expect(content.parts.get(1)).toEqual([
      { offset: 0, length: 100, seed: 1 },
      { offset: 100, length: 3996, seed: zerosSeed },
    ]);
  });

  it('grows by zeros', () => {
    const content = contentOf([1]);
    noteLength(content, 12288);
    expect(content.seeds).toEqual([1, zerosSeed, zerosSeed]);
  });
});
