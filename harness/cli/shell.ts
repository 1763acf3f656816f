// SPDX-License-Identifier: GPL-2.0-only
// hazmat shell: opens a shell in a guest.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Command, Option } from 'commander';
import { UsageError } from '../host/errors.ts';
import { requireNeeds } from '../host/needs.ts';
import { qemuOption } from './options.ts';
import type { LiveGuest } from '../guest/live-guest.ts';
import { openShell } from '../guest/shell.ts';
import { measureSlowdown } from '../guest/slowdown.ts';
import { defaultKernel } from '../kernel/default-kernel.ts';
import type { RunEventBody } from '../results/events.ts';
import { findScenarios } from '../scenario/load.ts';
import { contextFor } from '../run/cell.ts';
import { holdGuest } from '../run/hold.ts';
import { planCells } from '../scenario/plan.ts';
import { Environment } from '../run/environment.ts';
import { interruptSignal } from '../run/interrupt.ts';
import { sweep } from '../run/sweep.ts';

interface ShellFlags {
  kernel: string;
  qemu?: string;
  stage: 'boot' | 'stack' | 'processes';
}

export function shellCommand(): Command {
  return new Command('shell')
    .summary('Open a shell in a guest that is set up for a scenario.')
    .description('Open a shell in a guest that is set up for a scenario; nothing is kept.')
    .argument('[scenario]', 'scenario to set up', 'remove/shared-mappers')
    .option('-k, --kernel <kernel>', 'kernel', defaultKernel)
    .addOption(
      new Option('--stage <stage>', 'boot, stack or processes')
        .choices(['boot', 'stack', 'processes'])
        .default('processes'),
    )
    .addOption(qemuOption())
    .option('-c, --command <command>', 'run a command instead of an interactive shell')
    .addHelpText(
      'after',
      `
With --command, hazmat exits with the exit code of the command.
npx hazmat inject, in another terminal, poisons a page in this guest.`,
    )
    .action(async (word: string, flags: ShellFlags & { command?: string }) => {
      process.exitCode = await shell(word, flags);
    });
}

async function shell(word: string, flags: ShellFlags & { command?: string }): Promise<number> {
  requireNeeds();
  await sweep();
  const [cell, another] = planCells(findScenarios([word]), [flags.kernel], 1);
  if (cell === undefined || another !== undefined) throw new UsageError(`\`${word}\` selects more than one scenario`);
  const { signal } = interruptSignal(() => process.stderr.write('stopping\n'));
  const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-shell-'));
  const qemu = flags.qemu ?? process.env.HAZMAT_QEMU;
  const environment = new Environment({ cells: [cell], emit: report, cellFolder: () => folder, qemu, signal });
  try {
    const kernel = await environment.kernels.kernel(flags.kernel);
    const console = path.join(folder, 'console.log');
    const prepared = await environment.preparedAt(cell, kernel, { stage: flags.stage, console, mayConsume: true });
    let guest: LiveGuest | undefined;
    try {
      guest = await prepared.fork(console, signal);
      if (flags.command === undefined) {
        process.stderr.write(
          `${kernel.release}, ${cell.scenario}, set up to: ${flags.stage}. Nothing is kept. Leave with exit or Ctrl-D.\nnpx hazmat inject, in another terminal, poisons a page.\n`,
        );
      }
      const slowdown = await measureSlowdown(guest, signal);
      const held = contextFor(guest, prepared, kernel.version, slowdown);
      const server = holdGuest(held, cell.of);
      guest.qemu.exited.then(() => server.close()).catch(() => undefined);
      return await openShell(guest, { command: flags.command, slowdown });
    } finally {
      await guest?.end();
      await prepared.done();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function report(event: RunEventBody): void {
  if (event.type === 'task-started') process.stderr.write(`${event.title} ...\n`);
  if (event.type === 'task-progress') process.stderr.write(`  ${event.note}\n`);
}
