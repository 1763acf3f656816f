// SPDX-License-Identifier: GPL-2.0-only

import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { buildPlugin, pluginInterface } from '../../harness/machine/plugin.ts';
import { qemuOf } from '../../harness/machine/qemu-program.ts';

test('the plugin builds with the host’s compiler, once', async () => {
  const qemu = await qemuOf('host');
  const file = await buildPlugin(qemu);
  const made = statSync(file).mtimeMs;
  expect(await buildPlugin(qemu)).toBe(file);
  expect(statSync(file).mtimeMs).toBe(made);
}, 60_000);

test.each([
  ['7.2.22 (Debian 1:7.2+dfsg-7)', 1],
  ['8.2.9', 1],
  ['9.0.0', 2],
  ['10.0.13 (Debian 1:10.0.13+ds-0+deb13u1)', 2],
  ['11.0.2', 2],
  ['11.1.3', 7],
  ['12.0.0', 7],
])('for QEMU %s it is built with interface %i', (version, api) => {
  expect(pluginInterface(version)).toBe(api);
});

test.each(['8.2.0', '10.0.0', '11.1.0'])('it compiles for QEMU %s', async (version) => {
  expect(statSync(await buildPlugin({ argv: [], version })).size).toBeGreaterThan(0);
});
