// SPDX-License-Identifier: GPL-2.0-only
// Files of a newc archive; an archive that is none, or is cut.

import { describe, expect, it } from 'vitest';
import { readCpio } from '../../../harness/guest/image/read-cpio.ts';
import { newc } from './newc.ts';

const files = { a: 'one', 'b.ko': 'four', empty: '' };

describe('readCpio', () => {
  it('has the regular files, and no folders', () => {
    const found = [...readCpio(newc(files))].map(([name, content]) => [name, content.toString()]);
    expect(found).toEqual([
      ['usr/a', 'one'],
      ['usr/b.ko', 'four'],
      ['usr/empty', ''],
    ]);
  });

  it.each([
    ['ends without a trailer', newc(files).subarray(0, -124), 'no newc header at byte 480 of a cpio archive'],
    ['is something else', Buffer.from('QEVM'), 'no newc header at byte 0 of a cpio archive'],
    ['ends in a file', newc({ big: 'x'.repeat(1000) }).subarray(0, 500), 'usr/big is cut in a cpio archive'],
  ])('refuses an archive that %s', (_what, archive, message) => {
    expect(() => readCpio(archive)).toThrow(message);
  });
});
