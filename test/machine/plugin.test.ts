// SPDX-License-Identifier: GPL-2.0-only

import { statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { buildPlugin } from '../../harness/machine/plugin.ts';

test('the plugin builds with the host’s compiler, once', async () => {
  const file = await buildPlugin();
  const made = statSync(file).mtimeMs;
  expect(await buildPlugin()).toBe(file);
  expect(statSync(file).mtimeMs).toBe(made);
}, 60_000);
