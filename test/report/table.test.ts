// SPDX-License-Identifier: GPL-2.0-only
import stringWidth from 'string-width';
import { expect, test } from 'vitest';
import { plainStyle, terminalStyle } from '../../harness/report/style.ts';
import { resultTable } from '../../harness/report/table.ts';
import { designStory, ended, oops, planned, recordOf, spin, wraps } from '../results/story.ts';

const shown = (lines: string[]) => `\n${lines.join('\n')}\n`;

test('scenarios down, kernels across', () => {
  expect(shown(resultTable(recordOf(designStory()), plainStyle, 100))).toMatchInlineSnapshot(`
    "
                                 6.1       6.12           7.2
                                 6.1.158   6.12.107       7.2.12
    mapper/unbind-under-linear   skip      fail (known)   fail (known)
    poison/load                  pass      pass           pass
    remove/rebind                CRASH     pass           hang (known)
    remove/shared-mappers        CRASH     pass           hang (known)
    "
  `);
});

test('with symbols, headings stand over the words', () => {
  const style = terminalStyle({ colors: false, symbols: true });
  expect(shown(resultTable(recordOf(designStory()), style, 100))).toMatchInlineSnapshot(`
    "
                                   6.1         6.12             7.2
                                   6.1.158     6.12.107         7.2.12
    mapper/unbind-under-linear   · skip      ~ fail (known)   ~ fail (known)
    poison/load                  ✓ pass      ✓ pass           ✓ pass
    remove/rebind                ✗ CRASH     ✓ pass           ~ hang (known)
    remove/shared-mappers        ✗ CRASH     ✓ pass           ~ hang (known)
    "
  `);
});

test('colors change nothing but colors', () => {
  const record = recordOf(designStory());
  const colored = resultTable(record, terminalStyle({ colors: true, symbols: false }), 100);
  expect(colored.join('\n')).toContain('\u001b[1m\u001b[31mCRASH');
  // eslint-disable-next-line no-control-regex
  expect(colored.map((line) => line.replaceAll(/\u001b\[\d+m/g, '').trimEnd())).toEqual(
    resultTable(record, plainStyle, 100),
  );
});

test('repetitions are counted, and said when they do not agree or did not all run', () => {
  const cells = ['a', 'b', 'c', 'd'].flatMap((scenario) => {
    return Array.from({ length: 50 }, (_, index) =>
      planned(scenario, 'debian:7.2', { repeat: index + 1, repeats: 50 }),
    );
  });
  const results = cells.flatMap((cell) => {
    if (cell.scenario === 'b' && cell.repeat % 20 === 0) return ended(cell, oops);
    if (cell.scenario === 'c') return ended(cell, { ...spin, expected: true, known: wraps });
    if (cell.scenario === 'd' && cell.repeat > 12) return [];
    return ended(cell);
  });
  const record = recordOf({ kernels: ['debian:7.2'], cells, results });
  expect(shown(resultTable(record, plainStyle, 100))).toMatchInlineSnapshot(`
    "
        7.2
        7.2.12
    a   pass 50/50
    b   pass 48, CRASH 2
    c   hang 50/50 (known)
    d   pass 12/50
    "
  `);
});

test('too wide: told more shortly, then split; no line is wider than the terminal', () => {
  const kernels = ['6.1', '6.12', '6.18', '7.0', '7.1', '7.2'].map((version) => `debian:${version}`);
  const cells = kernels.map((kernel) => planned('remove/shared-mappers', kernel));
  const results = cells.map((cell, index) => ended(cell, index > 2 ? { ...spin, expected: true, known: wraps } : {}));
  const record = recordOf({ kernels, cells, results });
  expect(shown(resultTable(record, plainStyle, 60))).toMatchInlineSnapshot(`
    "
    lower case: known issue; CAPITALS: unexpected

                           6.1   6.12  6.18  7.0   7.1   7.2
    remove/shared-mappers  pass  pass  pass  hang  hang  hang
    "
  `);
  for (const width of [120, 80, 60, 40, 24]) {
    const lines = resultTable(record, plainStyle, width).slice(2);
    expect(Math.max(...lines.map((line) => stringWidth(line)))).toBeLessThanOrEqual(width);
  }
});

test('two kernels with one short name keep their whole spec', () => {
  const kernels = ['image:/a/vmlinuz', 'image:/b/vmlinuz'];
  const cells = kernels.map((kernel) => planned('a', kernel));
  const record = { ...recordOf({ kernels, cells, results: cells.map((cell) => ended(cell)) }), kernelFacts: [] };
  expect(resultTable(record, plainStyle, 100)[0]).toBe('    image:/a/vmlinuz   image:/b/vmlinuz');
});

test('a run without cells has no table', () => {
  expect(resultTable(recordOf({ kernels: [], cells: [], results: [] }), plainStyle, 80)).toEqual([]);
});
