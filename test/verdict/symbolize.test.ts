// SPDX-License-Identifier: GPL-2.0-only
// Against a real program with debug information, built here with gcc as a vmlinux is.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { symbolize } from '../../harness/verdict/symbolize.ts';

const source = `
static inline __attribute__((always_inline)) int inner(volatile int *p) { int v = *p; *p = v + 7; return v; }
__attribute__((noinline)) int dax_outer(int *p)
{
	int i = inner(p);
	return i + 1;
}
__attribute__((noinline)) int caller(int *p)
{
	int i = dax_outer(p);
	return i * 3;
}
int main(int argc, char **argv) { return caller(&argc) + (argv == 0); }
`;

describe('symbolize', () => {
  let folder = '';
  let program = '';
  let size: (name: string) => string;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'hazmat-symbolize-'));
    writeFileSync(join(folder, 'dax.c'), source);
    program = join(folder, 'vmlinux');
    execFileSync('gcc', ['-g', '-O1', '-fno-pie', '-no-pie', '-fno-optimize-sibling-calls', '-o', program, 'dax.c'], {
      cwd: folder,
    });
    const symbols = execFileSync('nm', ['--numeric-sort', program], { encoding: 'utf8' })
      .split('\n')
      .map((line) => line.split(' '));
    size = (name) => {
      const index = symbols.findIndex(([, , symbol]) => symbol === name);
      return (BigInt(`0x${symbols[index + 1]?.[0] ?? '0'}`) - BigInt(`0x${symbols[index]?.[0] ?? '0'}`)).toString(16);
    };
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('appends file and line to functions of vmlinux, and leaves all else alone', async () => {
    const lines = [
      `[    1.000000] RIP: 0010:dax_outer+0x0/0x${size('dax_outer')}`,
      '[    1.000001] Call Trace:',
      `[    1.000002]  xfs_thing+0x10/0x20 [xfs]`,
      `[    1.000003]  dax_outer+0x1/0x${size('dax_outer')} [dax]`,
      '[    1.000004]  no_such_function+0x1/0x2',
      '[    1.000005] XFS (pmem0): Mounting V5 Filesystem',
    ];
    const { lines: out, note } = await symbolize(lines, program);
    expect(note).toBeUndefined();
    expect(out[0]).toMatch(/dax\.c:\d+/);
    expect(out.slice(1)).toEqual(lines.slice(1));
  });

  it('takes the line of the call, not the one after it, for frames of a trace', async () => {
    // The call in caller() returns to the multiplication; find the return address in the disassembly.
    const text = execFileSync('objdump', ['-d', '--no-show-raw-insn', program], { encoding: 'utf8' });
    const body = /<caller>:\n((?:.+\n)+)/.exec(text)?.[1] ?? '';
    const addresses = [...body.matchAll(/^ *([0-9a-f]+):\s+(\S+)/gm)];
    const call = addresses.findIndex(([, , instruction]) => instruction?.startsWith('call'));
    const start = BigInt(`0x${addresses[0]?.[1] ?? '0'}`);
    const offset = BigInt(`0x${addresses[call + 1]?.[1] ?? '0'}`) - start;
    const { lines } = await symbolize([` caller+0x${offset.toString(16)}/0x${size('caller')}`], program);
    expect(lines[0]).toMatch(/ \S*dax\.c:10$/);
  });

  it('names what was inlined', async () => {
    const { lines } = await symbolize(
      Array.from({ length: 12 }, (_, index) => `RIP: 0010:dax_outer+0x${index.toString(16)}/0x${size('dax_outer')}`),
      program,
    );
    expect(lines.some((line) => /dax\.c:2 \(inner inlined\) at \S*dax\.c:5/.test(line))).toBe(true);
  });

  it('changes nothing and says so without vmlinux, without debug information, with no such file', async () => {
    const lines = [`RIP: 0010:dax_outer+0x0/0x${size('dax_outer')}`];
    expect(await symbolize(lines, undefined)).toEqual({
      lines,
      note: 'this kernel has no vmlinux, so there are no source lines',
    });
    const stripped = join(folder, 'stripped');
    execFileSync('objcopy', ['--strip-debug', program, stripped]);
    expect(await symbolize(lines, stripped)).toEqual({
      lines,
      note: `${stripped} has no debug information, so there are no source lines`,
    });
    const missing = await symbolize(lines, join(folder, 'nothing'));
    expect(missing.lines).toEqual(lines);
    expect(missing.note).toMatch(/no source lines: nm failed/);
  });
});
