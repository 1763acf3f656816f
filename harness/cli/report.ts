// SPDX-License-Identifier: GPL-2.0-only
// hazmat report: shows a run again.

import { writeFileSync } from 'node:fs';
import { Command } from 'commander';
import { cannotWrite } from '../host/write-error.ts';
import { mailOf } from './report-mail.ts';

export function reportCommand(): Command {
  return new Command('report')
    .description('Report on a run: the mail of the morning after a nightly run.')
    .argument('[run]', 'a run: its folder, a name in results/, or latest', 'latest')
    .requiredOption('--mail', 'plain text: what changed since the last comparable night')
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .action(async (run: string, { output }: { output?: string }) => {
      const text = await mailOf(run);
      if (output === undefined) process.stdout.write(text);
      else {
        try {
          writeFileSync(output, text);
        } catch (error) {
          throw cannotWrite(output, error);
        }
      }
    });
}
