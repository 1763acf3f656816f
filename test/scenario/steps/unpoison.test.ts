// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { InfraError } from '../../../harness/host/errors.ts';
import { firstSector, ran, stepTest } from './take-step.ts';

const step = 'unpoison: {route: ars, file: /mnt/data, page: 3, pages: 2}';

it('takes the poison of each page back by its route', async () => {
  const { take, asked } = stepTest({ read: { data: 'namespace0.0\n' } });
  const { ok, notes } = await take(step);
  expect([ok, notes?.length]).toEqual([true, 2]);
  const blocks = asked().flatMap(([, args]) => {
    const { argv = [] } = args as { argv?: string[] };
    return argv.includes('--uninject') ? argv.filter((word) => word.startsWith('--block')) : [];
  });
  expect(blocks).toEqual([`--block=${firstSector + 24}`, `--block=${firstSector + 32}`]);
});

it('ends at the first page for which ndctl fails, which is no answer of the kernel', async () => {
  const { take, asked } = stepTest({ run: ran(1, '', 'no such error'), read: { data: 'namespace0.0\n' } });
  await expect(take(step)).rejects.toThrow(InfraError);
  expect(asked().filter(([op]) => op === 'run')).toHaveLength(1);
});
