// SPDX-License-Identifier: GPL-2.0-only
// The table of a kernel's functions, in as many answers as it takes.

import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { askKernelSymbols } from '../../harness/guest/ask-symbols.ts';
import { FakeGuest } from './fake-guest.ts';

const names = Array.from({ length: 40_000 }, (_none, at) => createHash('sha256').update(String(at)).digest('hex'));
const table = [
  'ffffffff81000000 _text',
  ...names.map((name, at) => `${(0xffffffff81000010n + BigInt(at) * 16n).toString(16)} f${name}`),
];

/** A guest whose compressed table is `packed`; at most 1 MiB of it in one answer. */
function guestWith(packed: Buffer): FakeGuest {
  let size = 0;
  return new FakeGuest({
    run: ({ argv }) => {
      const [program, ...more] = argv;
      if (program === 'split') size = Number(more[1]);
      const part = Number(/\.part(\d+)$/.exec(argv.at(-1) ?? '')?.[1]);
      const answers: Record<string, string> = {
        stat: `${packed.length}\n`,
        base64: packed
          .subarray(part * size, (part + 1) * size)
          .toString('base64')
          .slice(0, 1 << 20),
      };
      return { exit: 0, stdout: answers[program ?? ''] ?? '', stderr: '', durationMs: 1 };
    },
  });
}

it('comes in parts', async () => {
  const packed = gzipSync(`${table.join('\n')}\n`);
  expect(packed.length).toBeGreaterThan(1 << 20);
  const symbols = await askKernelSymbols(guestWith(packed));
  // The last one has no end.
  expect(symbols).toHaveLength(names.length - 1);
  expect(symbols[1]).toEqual({ name: `f${names[1] ?? ''}`, start: 32, size: 16 });
});

it('a kernel without such a table is an error that says so', async () => {
  await expect(askKernelSymbols(guestWith(gzipSync('')))).rejects.toThrow('has no _text');
});
