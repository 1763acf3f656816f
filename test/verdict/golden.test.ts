// SPDX-License-Identifier: GPL-2.0-only
// Every recorded or composed kernel log gives exactly the reports that its header says. UPDATE_GOLDEN=1 rewrites the
// headers: look at the difference before it is committed.

import { describe, expect, it } from 'vitest';
import { readKernelLog } from '../../harness/verdict/kernel-log.ts';
import { readConsole } from '../../harness/verdict/log-line.ts';
import { headerOf, readGolden, rewriteGolden } from './golden.ts';

const files = readGolden();

describe('golden kernel logs', () => {
  it.each(files)('$name', (golden) => {
    const header = headerOf(golden.source, readKernelLog(readConsole(golden.log)));
    if (process.env['UPDATE_GOLDEN'] === '1') rewriteGolden(golden, header);
    else expect(header).toBe(golden.header);
  });

  it('holds enough of each sort', () => {
    const silent = files.filter(({ name }) => name.startsWith('none-'));
    expect(files.length).toBeGreaterThanOrEqual(30);
    expect(silent.length).toBeGreaterThanOrEqual(8);
    expect(files.filter(({ source }) => source === '').map(({ name }) => name)).toEqual([]);
  });

  it('finds nothing in the logs that are named none-', () => {
    const noisy = files.filter(
      ({ name, log }) => name.startsWith('none-') && readKernelLog(readConsole(log)).length > 0,
    );
    expect(noisy.map(({ name }) => name)).toEqual([]);
  });

  it('says the same of a log whose lines come with another guest’s numbers', () => {
    // The fingerprint survives other addresses, offsets and times: the point of having one.
    for (const { name, log } of files) {
      const other = log
        .replace(/\+0x[0-9a-f]+\/0x[0-9a-f]+/g, '+0x1c/0x2d')
        .replace(/\bff[0-9a-f]{14}\b/g, 'ff11223344556677')
        .replace(/at (?<file>[\w./-]+):\d+/g, 'at $<file>:7');
      const prints = (text: string): string[] =>
        readKernelLog(readConsole(text)).map((report) => `${report.title} ${report.fingerprint}`);
      expect(prints(other), name).toEqual(prints(log));
    }
  });
});
