// SPDX-License-Identifier: GPL-2.0-only
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runProgram } from '../../harness/host/program.ts';
import { reproduceScript } from '../../harness/results/reproduce-script.ts';
import { planned } from './story.ts';

const root = mkdtempSync(path.join(os.tmpdir(), 'hazmat-reproduce-'));
afterAll(() => rmSync(root, { recursive: true }));
const cell = planned('remove/rebind', 'debian:7.2');

test('results inside the checkout find it by a relative path', () => {
  expect(reproduceScript(cell, '/src/hazmat/results/run/debian-7.2/remove/rebind', '/src/hazmat'))
    .toMatchInlineSnapshot(`
    "#!/bin/sh
    # SPDX-License-Identifier: GPL-2.0-only
    # Runs this cell again: remove/rebind on debian:7.2. Options given here are added.
    set -eu
    cd -- "$(dirname -- "$0")/../../../../.."
    exec npx hazmat run remove/rebind --kernel debian:7.2 "$@"
    "
  `);
});

test('results elsewhere name the checkout', () => {
  expect(reproduceScript(cell, '/srv/runs/r/debian-7.2/remove/rebind', "/src/it's hazmat").split('\n').slice(4, 6))
    .toMatchInlineSnapshot(`
    [
      "cd -- '/src/it'\\''s hazmat'",
      "exec npx hazmat run remove/rebind --kernel debian:7.2 "$@"",
    ]
  `);
});

test.each(['checkout/results/run/cell', 'elsewhere/run/cell'])(
  'the script in %s runs in the checkout, from anywhere',
  async (where) => {
    const checkout = path.join(root, 'checkout');
    const folder = path.join(root, where);
    mkdirSync(checkout, { recursive: true });
    mkdirSync(folder, { recursive: true });
    const script = path.join(folder, 'reproduce.sh');
    writeFileSync(script, reproduceScript({ ...cell, reproduce: `printf '%s\\n' "$PWD"` }, folder, checkout));
    chmodSync(script, 0o755);
    const { stdout } = await runProgram([script, '--dry-run'], { cwd: '/' });
    expect(stdout).toMatch(new RegExp(`/checkout\n--dry-run\n$`));
  },
);
