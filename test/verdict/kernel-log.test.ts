// SPDX-License-Identifier: GPL-2.0-only
// What golden logs cannot show: reading line by line, kmsg as source, expected reboots, title normalization.

import { describe, expect, it } from 'vitest';
import { KernelLogReader, normalizeTitle, readKernelLog } from '../../harness/verdict/kernel-log.ts';
import { kmsgLines, readConsole } from '../../harness/verdict/log-line.ts';
import { readGolden } from './golden.ts';

function golden(name: string): string {
  const file = readGolden().find((candidate) => candidate.name === name);
  if (file === undefined) throw new Error(`no golden log ${name}`);
  return file.log;
}

describe('KernelLogReader', () => {
  it('gives a report as soon as it is complete, not before', () => {
    const reader = new KernelLogReader();
    const lines = readConsole(golden('6.1-real-reflink-warnings'));
    const at: number[] = [];
    for (const [index, line] of lines.entries()) if (reader.feed(line).length > 0) at.push(index);
    // The report is complete with the first line after its end; lines of programs do not count.
    const ends = lines.flatMap(({ text }, index) => (text.startsWith('---[ end trace') ? [index] : []));
    expect(at).toHaveLength(2);
    expect(at[0]).toBeGreaterThan(ends[0] ?? Infinity);
    expect(at[0]).toBeLessThan(ends[1] ?? 0);
    expect(reader.end()).toEqual([]);
  });

  it('gives an open report when the log ends', () => {
    const reader = new KernelLogReader();
    for (const line of readConsole(golden('6.12-oops-cut-short'))) expect(reader.feed(line)).toEqual([]);
    expect(reader.end()).toMatchObject([{ kind: 'null-deref', corrupted: true }]);
    expect(reader.end()).toEqual([]);
  });

  it('reads the same from kmsg records as from the console', () => {
    for (const name of ['6.1-real-umount-oops-after-unbind', '6.12-real-rebind-before-umount', '7.2-real-init-exits']) {
      const console = readConsole(golden(name)).filter(({ stamped }) => stamped);
      const records = console.map(({ us, text }, index) => ({
        event: 'kmsg' as const,
        seq: index + 1,
        priority: 4,
        kseq: index,
        us,
        text,
      }));
      expect(readKernelLog(records.flatMap(kmsgLines))).toEqual(readKernelLog(console));
    }
  });

  /** Records as the agent sends them: /dev/kmsg escapes what is not printable ASCII. */
  const logOf = (...texts: string[]) =>
    texts.flatMap((text, kseq) => kmsgLines({ priority: 4, kseq, us: kseq, text: text.replaceAll('\x1b', '\\x1b') }));

  it.each([
    ['warning', 'WARNING: CPU: 0 PID: 1 at fs/\x1b[31m\x07 x.c:1 foo+0x1/0x2', 'WARNING in foo'],
    ['warning', 'WARNING: CPU: 0 PID: 1 at fs/dax.c:1 foo\x1b[2J+0x1/0x2', 'WARNING in an unknown function'],
    ['warning', 'WARNING: fs/\x1b\\x0d.c:397 at foo+0x1/0x2, CPU#0: \x1b[2J/161', 'WARNING in foo'],
    ['kernel-bug', 'kernel BUG at fs/\x1b[31m x.c:412!', 'kernel BUG in an unknown function'],
    [
      'hung-task',
      'INFO: task a\r\u2028\x1b[2J:140 blocked for more than 120 seconds.',
      'task blocked in an unknown function',
    ],
    [
      'lock-held',
      'WARNING: kworker/0:1\x1b/132 still has locks held!',
      'task ended with locks held in an unknown function',
    ],
    ['slab', 'BUG dax \x1b(x) (Not tainted): Poison overwritten', 'slab: Poison overwritten in an unknown function'],
    [
      'sysfs-duplicate',
      "sysfs: cannot create duplicate filename '/a'\x1b'",
      "sysfs: cannot create duplicate filename /a'\\x1b",
    ],
  ])('reads a %s whatever characters its names have', (kind, line, title) => {
    for (const text of [line, line.replaceAll('\x1b', '\\x1b')]) {
      const [report] = readKernelLog(logOf('------------[ cut here ]------------', text));
      expect(report).toMatchObject({ kind, title });
      expect(report?.lines.join('')).not.toMatch(/[\x07\x1b]/); // eslint-disable-line no-control-regex
    }
  });

  it('keeps the lines of a report and only those', () => {
    const [report] = readKernelLog(readConsole(golden('6.12-warning-with-callers-and-neighbors')));
    expect(report?.lines[0]).toContain('cut here');
    expect(report?.lines.at(-1)).toContain('end trace');
    expect(report?.lines.filter((line) => line.includes('T166'))).toEqual([]);
  });

  it('leaves another’s line out of an oops when no caller tells them apart', () => {
    const log = golden('6.1-real-umount-oops-after-unbind').replace(
      /^(\[ +\d+\.\d+\]) {2}<TASK>$/m,
      '$1  <TASK>\n$1 Memory failure: 0x20018: recovery action for dax page: Recovered',
    );
    const [report] = readKernelLog(readConsole(log));
    expect(report).toMatchObject({ corrupted: false, function: 'dax_disassociate_entry' });
    expect(report?.lines.some((line) => line.includes('recovery action'))).toBe(false);
  });

  it('takes no expected reboot for a crash, and the next one for one', () => {
    const log = golden('7.2-unexpected-reboot');
    const reader = new KernelLogReader();
    reader.expectReboot();
    for (const line of readConsole(log)) reader.feed(line);
    expect(reader.reports).toEqual([]);
    for (const line of readConsole(log)) reader.feed(line);
    expect(reader.reports.map(({ title }) => title)).toEqual(['unexpected reboot']);
  });

  it('calls what comes after an oops its consequence, but not what comes after a warning', () => {
    const oops = golden('6.12-real-null-deref-in-memory-failure');
    const warning = golden('7.2-warning-new-format');
    const after = (first: string, second: string): boolean[] =>
      readKernelLog(readConsole(`${first}\n${second}`)).map(({ secondary }) => secondary);
    expect(after(oops, warning)).toEqual([false, true]);
    expect(after(warning, oops)).toEqual([false, false]);
  });

  it('reads a log without time stamps', () => {
    const bare = golden('6.1-real-umount-oops-after-unbind').replace(/^\[ *\d+\.\d+\] /gm, '');
    expect(readKernelLog(readConsole(bare))).toMatchObject([
      { title: 'BUG: unable to handle page fault in dax_disassociate_entry' },
    ]);
  });
});

describe('normalizeTitle', () => {
  it.each([
    ['kernel panic: Attempted to kill init! exitcode=0x00000700', 'kernel panic: Attempted to kill init'],
    ['BUG: bad thing at 0xdead000000000100 on CPU#3 pid: 77', 'BUG: bad thing at ADDR on CPU pid'],
    ['x ffff9a8c41575188 y', 'x ADDR y'],
    [
      'kernel panic: stack-protector: Kernel stack is corrupted in: foo+0x1c/0x20',
      'kernel panic: stack-protector: Kernel stack is corrupted in: foo',
    ],
  ])('%s', (title, plain) => {
    expect(normalizeTitle(title)).toBe(plain);
  });
});
