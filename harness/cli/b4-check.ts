// SPDX-License-Identifier: GPL-2.0-only
// hazmat b4-check: what b4 calls for its checks; a mail on stdin, results on stdout.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { Argument, Command } from 'commander';
import { redirectNotices } from '../host/notices.ts';
import { b4Json, b4Terse, type B4Result } from '../report/b4-result.ts';
import { b4Check, b4Checks, type B4Check, type B4CheckOptions } from '../run/b4-check.ts';
import { configHelp, exitCodesHelp } from './help.ts';
import { appendOption, configOption, jobsOption, qemuOption, repeatOption } from './options.ts';

export function b4CheckCommand(): Command {
  return new Command('b4-check')
    .summary('Check a mail for b4: b4 review, b4 prep --check.')
    .description('Check a mail on stdin for b4. b4 calls this; docs/mail.md has its configuration.')
    .addArgument(new Argument('<what>', 'which check of b4 it is, see below').choices(b4Checks))
    .argument('[scenario...]', 'scenarios to run; series: all if none is named')
    .option('--base <kernel>', 'what the series goes on (default: what b4 knows)')
    .option('--series <series>', 'the series of the mail (default: by Message-ID)')
    .option('--build', 'patch, prep: compile, too')
    .addOption(configOption())
    .addOption(repeatOption())
    .addOption(jobsOption())
    .addOption(appendOption())
    .addOption(qemuOption())
    .addHelpText(
      'after',
      `
  series  b4.review-series-check-cmd: runs scenarios on base and series
  patch   b4.review-perpatch-check-cmd: applies the series up to the patch
  prep    b4.prep-perpatch-check-cmd: the same on the branch of b4 prep
With scenarios, patch and prep run them after the patch.
${configHelp}
${exitCodesHelp({ 0: 'checked: the result is on stdout, whatever it is', 1: 'never' })}`,
    )
    .action(async (what: B4Check, words: string[], flags: B4CheckOptions) => {
      const scratch = mkdtempSync(path.join(os.tmpdir(), 'hazmat-b4-'));
      // b4 prep --check takes every line of stderr for an error.
      const back = what === 'prep' ? redirectNotices(() => undefined) : undefined;
      try {
        const results = await b4Check(what, await text(process.stdin), words, { ...flags, scratch });
        process.stdout.write(written(what, results));
      } finally {
        back?.();
        rmSync(scratch, { recursive: true, force: true });
      }
    });
}

function written(what: B4Check, results: readonly B4Result[]): string {
  return what === 'prep' ? b4Terse(results) : b4Json(results);
}
