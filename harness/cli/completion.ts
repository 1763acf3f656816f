// SPDX-License-Identifier: GPL-2.0-only
// hazmat completion: a script that lets a shell complete commands, options, scenarios, kernels and runs. The script asks
// `hazmat completion-server` at each press of the tab key.

import { Argument, Command } from 'commander';
import { candidatesFor } from './completion/candidates.ts';
import { knownValues } from './completion/values.ts';

const shells = ['bash', 'zsh', 'fish'] as const;
type Shell = (typeof shells)[number];

export function completionCommand(): Command {
  return new Command('completion')
    .summary('Print a script for completion in a shell.')
    .description('Print a script that lets a shell complete commands, options, scenarios, kernels and runs.')
    .addArgument(new Argument('<shell>', 'bash, zsh or fish').choices(shells))
    .addHelpText(
      'after',
      `
The shell must find hazmat on its PATH: npm install -g, or npm link in a clone.
  eval "$(hazmat completion bash)"      in ~/.bashrc
  eval "$(hazmat completion zsh)"       in ~/.zshrc, after compinit
  hazmat completion fish | source       in ~/.config/fish/config.fish`,
    )
    .action(async (shell: Shell) => {
      const { default: tabtab } = await import('@pnpm/tabtab');
      process.stdout.write(await tabtab.getCompletionScript({ name: 'hazmat', completer: 'hazmat', shell }));
    });
}

/** What the script calls, with the words of the command line: prints what the last one can become. */
export function completionServerCommand(program: Command): Command {
  return new Command('completion-server')
    .argument('[words...]')
    .allowUnknownOption()
    .action(async (words: string[]) => {
      const { default: tabtab } = await import('@pnpm/tabtab');
      const shell = tabtab.getShellFromEnv(process.env);
      const found = candidatesFor(program, upToCursor(words), knownValues);
      if (found === undefined) tabtab.logFiles();
      else tabtab.log([...found], shell);
    });
}

/** The words up to the one that the cursor is in. fish leaves out an empty last word. */
function upToCursor(words: readonly string[]): readonly string[] {
  const { COMP_CWORD, COMP_LINE = '' } = process.env;
  const isNew = COMP_LINE.endsWith(' ') && words.at(-1) !== '' && Number(COMP_CWORD) >= words.length;
  return isNew ? [...words, ''] : words.slice(0, Number(COMP_CWORD) + 1);
}
