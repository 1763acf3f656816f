// SPDX-License-Identifier: GPL-2.0-only

import { Argument, Command, Option } from 'commander';
import { expect, it } from 'vitest';
import { candidatesFor, type Candidate } from '../../../harness/cli/completion/candidates.ts';

function program(): Command {
  const run = new Command('run')
    .summary('Run it.')
    .argument('[scenario...]', 'scenarios')
    .option('-k, --kernel <kernel>', 'kernels')
    .option('--json', 'print JSON')
    .addOption(new Option('--stage <stage>').choices(['boot', 'stack']))
    .addOption(new Option('--secret').hideHelp());
  const kernel = new Command('kernel')
    .addCommand(new Command('list'))
    .addCommand(new Command('import').argument('<file>'));
  const report = new Command('report')
    .addArgument(new Argument('<format>').choices(['html', 'mail']))
    .argument('<run>');
  return new Command('hazmat')
    .addCommand(run)
    .addCommand(kernel)
    .addCommand(report)
    .addCommand(new Command('hidden'), { hidden: true });
}

const values: Record<string, Candidate[]> = {
  scenario: [{ name: 'remove/ext4' }, { name: 'poison/ars' }],
  kernel: [{ name: '6.1' }, { name: '6.12' }, { name: '7.2' }],
};

function names(...words: string[]): string[] | undefined {
  return candidatesFor(program(), ['hazmat', ...words], (name) => values[name])?.map(({ name }) => name);
}

it('completes commands, without those that are hidden', () => {
  expect(names('')).toEqual(['run', 'kernel', 'report']);
  expect(names('r')).toEqual(['run', 'report']);
  expect(names('kernel', '')).toEqual(['list', 'import']);
});

it('completes options of the command', () => {
  expect(names('run', '-')).toEqual(['--kernel', '--json', '--stage', '--help']);
  expect(names('run', 'remove/ext4', '--j')).toEqual(['--json']);
});

it('completes values of an option, by its choices or its name', () => {
  expect(names('run', '-k', '')).toEqual(['6.1', '6.12', '7.2']);
  expect(names('run', '--kernel', '6.1')).toEqual(['6.1', '6.12']);
  expect(names('run', '--stage', '')).toEqual(['boot', 'stack']);
});

it('completes arguments by their places', () => {
  expect(names('run', '')).toEqual(['remove/ext4', 'poison/ars']);
  expect(names('run', '-k', '6.1', '--json', 'remove/ext4', 'p')).toEqual(['poison/ars']);
  expect(names('report', '')).toEqual(['html', 'mail']);
});

it('leaves files to the shell, and offers nothing where nothing can follow', () => {
  expect(names('kernel', 'import', '')).toBeUndefined();
  expect(names('report', 'html', '')).toBeUndefined();
  expect(names('kernel', 'list', '')).toEqual([]);
});
