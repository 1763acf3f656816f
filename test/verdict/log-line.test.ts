// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { consoleLines, kmsgLines, readConsole, showLine } from '../../harness/verdict/log-line.ts';

describe('consoleLines', () => {
  it('reads time stamp, caller and priority', () => {
    expect(consoleLines('<4>[   12.345678][  T136] XFS (pmem0): hello\r', 0)).toEqual([
      { us: 12_345_678, caller: 'T136', priority: 4, text: 'XFS (pmem0): hello', stamped: true },
    ]);
    expect(consoleLines('[    9.000001]  dax_lock_folio+0x49/0x120', 0)).toEqual([
      { us: 9_000_001, text: ' dax_lock_folio+0x49/0x120', stamped: true },
    ]);
  });

  it('takes a program’s unfinished line off the kernel’s', () => {
    expect(consoleLines('victim 133: sig[   12.345678] BUG: x', 7)).toEqual([
      { us: 7, text: 'victim 133: sig', stamped: false },
      { us: 12_345_678, text: 'BUG: x', stamped: true },
    ]);
  });

  it('marks a line that begins inside another', () => {
    const [first, second] = consoleLines('[    1.000000] BUG: kernel NU[    1.000002] XFS (pmem0): y', 0);
    expect(first).toMatchObject({ us: 1_000_000, text: 'BUG: kernel NU' });
    expect(second).toMatchObject({ us: 1_000_002, text: 'XFS (pmem0): y', torn: true });
  });

  it('gives lines without time stamp the time of the line before', () => {
    expect(readConsole('[    3.000000] a\n# ls\n\n')).toEqual([
      { us: 3_000_000, text: 'a', stamped: true },
      { us: 3_000_000, text: '# ls', stamped: false },
    ]);
  });
});

describe('kmsgLines', () => {
  it('gives each line of a record, with the level of its priority', () => {
    const record = { event: 'kmsg', seq: 1, priority: 4, kseq: 9, us: 5, caller: 'C1', text: 'a\nb' } as const;
    expect(kmsgLines(record)).toEqual([
      { us: 5, caller: 'C1', priority: 4, text: 'a', stamped: true },
      { us: 5, caller: 'C1', priority: 4, text: 'b', stamped: true },
    ]);
  });

  it('puts escaped bytes back', () => {
    const record = {
      event: 'kmsg',
      seq: 1,
      priority: 6,
      kseq: 9,
      us: 5,
      text: 'rcu: \\x09(t=5)\\x0aC:\\x5cx \\xc3\\xa9',
    } as const;
    expect(kmsgLines(record).map(({ text }) => text)).toEqual(['rcu: \t(t=5)', 'C:\\x é']);
  });

  it('is shown as the console shows it', () => {
    const raw = '[   12.345678][  T136] XFS (pmem0): hello';
    expect(consoleLines(raw, 0).map(showLine)).toEqual([raw]);
  });
});
