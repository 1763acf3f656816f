// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { ran, stepTest } from './take-step.ts';

it('mounts the filesystem with the options of the stack', async () => {
  const { take, asked, context } = stepTest();
  await take('unmount: /mnt');
  expect(await take('mount: /mnt')).toEqual({ ok: true, seen: '/mnt mounted' });
  expect(asked().at(-1)).toEqual(['run', { argv: ['mount', '-t', 'xfs', '-o', 'dax=always', '/dev/pmem0', '/mnt'] }]);
  expect(context.mounted.has('/mnt')).toBe(true);
});

it('is not met when the mount fails', async () => {
  const { take, context } = stepTest({
    run: ({ argv }) => (argv[0] === 'mount' ? ran(32, '', 'mount: /mnt: I/O error.') : ran(0)),
  });
  await take('unmount: /mnt');
  const { ok, wanted, seen } = await take('mount: /mnt');
  expect([ok, wanted]).toEqual([false, '/mnt is mounted']);
  expect(seen).toContain('I/O error');
  expect(context.mounted.has('/mnt')).toBe(false);
});
