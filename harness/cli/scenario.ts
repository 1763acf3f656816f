// SPDX-License-Identifier: GPL-2.0-only
// hazmat scenario: list, show, check.

import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { ExitCode, HazmatError, renderError } from '../host/errors.ts';
import { findScenarios, loadScenario } from '../scenario/load.ts';
import { renderTable } from './plain-table.ts';

export function scenarioCommand(): Command {
  const command = new Command('scenario').description('List, show and check scenarios.');
  command
    .command('list')
    .description('List scenarios with their title and tags.')
    .argument('[scenario...]', 'names, folders or tags; all by default')
    .action((words: string[]) => {
      const rows = findScenarios(words).map(({ name, spec }) => [name, spec.title, spec.tags.join(' ')]);
      const columns = { 1: { width: 70, wrapWord: true } };
      process.stdout.write(renderTable([['SCENARIO', 'TITLE', 'TAGS'], ...rows], columns));
    });
  command
    .command('show')
    .description('Print a scenario file.')
    .argument('<scenario>')
    .action((word: string) => {
      for (const { file } of findScenarios([word])) process.stdout.write(readFileSync(file, 'utf8'));
    });
  command
    .command('check')
    .description('Check scenario files without running them; all that ship by default.')
    .argument('[scenario...]', 'names, folders, tags or files')
    .action((words: string[]) => {
      let bad = 0;
      for (const word of words.length === 0 ? [undefined] : words) {
        try {
          const checked =
            word === undefined
              ? findScenarios([])
              : word.endsWith('.yaml')
                ? [loadScenario(word)]
                : findScenarios([word]);
          for (const { name, steps } of checked) process.stdout.write(`${name}: ${steps.length} steps, ok\n`);
        } catch (error) {
          if (!(error instanceof HazmatError)) throw error;
          bad++;
          process.stderr.write(`${renderError(error)}\n`);
        }
      }
      if (bad > 0) process.exitCode = ExitCode.usage;
    });
  return command;
}
