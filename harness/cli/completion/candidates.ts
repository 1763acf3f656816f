// SPDX-License-Identifier: GPL-2.0-only
// What can follow on a command line, read from the commands themselves: a new command or option needs nothing here.

import type { Argument, Command, Option } from 'commander';

export interface Candidate {
  name: string;
  description?: string;
}

/** Where the values of an argument or an option come from, by its name in the help: `kernel` of `<kernel...>`. */
export type ValueSource = (name: string) => readonly Candidate[] | undefined;

/**
 * What can stand in the place of the last of `words`, which may be empty or begun. The first word is the program.
 * Undefined where files can stand.
 */
export function candidatesFor(
  program: Command,
  words: readonly string[],
  valuesOf: ValueSource,
): readonly Candidate[] | undefined {
  const last = words.at(-1) ?? '';
  const { command, rest } = descend(program, words.slice(1, -1));
  const open = optionNamed(command, rest.at(-1) ?? '');
  if (open !== undefined && takesValue(open)) return startingWith(last, valuesOfOption(open, valuesOf));
  if (last.startsWith('-')) return startingWith(last, optionsOf(command));
  const subcommands = command.commands.filter((one) => !isHidden(one));
  if (subcommands.length > 0) {
    return startingWith(
      last,
      subcommands.map((one) => ({ name: one.name(), description: one.summary() || one.description() })),
    );
  }
  const argument = argumentAt(command, rest);
  return argument === undefined ? [] : startingWith(last, argumentValues(argument, valuesOf));
}

/** Goes down to the command that words name; `rest`: the words after it. */
function descend(command: Command, words: readonly string[]): { command: Command; rest: readonly string[] } {
  const [word, ...rest] = words;
  const next = command.commands.find((one) => one.name() === word);
  return next === undefined ? { command, rest: words } : descend(next, rest);
}

function argumentAt(command: Command, rest: readonly string[]): Argument | undefined {
  let place = 0;
  for (let index = 0; index < rest.length; index++) {
    const option = optionNamed(command, rest[index] ?? '');
    if (option !== undefined && takesValue(option)) index++;
    else if (option === undefined && rest[index]?.startsWith('-') !== true) place++;
  }
  const { registeredArguments: known } = command;
  return known[place] ?? (known.at(-1)?.variadic === true ? known.at(-1) : undefined);
}

function argumentValues(argument: Argument, valuesOf: ValueSource): readonly Candidate[] | undefined {
  return choices(argument.argChoices) ?? valuesOf(argument.name());
}

function valuesOfOption(option: Option, valuesOf: ValueSource): readonly Candidate[] | undefined {
  const [, name = ''] = /[<[]([\w-]+)(?:\.\.\.)?[>\]]/.exec(option.flags) ?? [];
  return choices(option.argChoices) ?? valuesOf(name);
}

function choices(names: readonly string[] | undefined): readonly Candidate[] | undefined {
  return names?.map((name) => ({ name }));
}

function optionsOf(command: Command): readonly Candidate[] {
  const options = command.options.filter(({ hidden }) => !hidden);
  return [
    ...options.map((option) => ({ name: option.long ?? option.short ?? '', description: option.description })),
    { name: '--help', description: 'print help' },
  ];
}

function optionNamed(command: Command, word: string): Option | undefined {
  return command.options.find((option) => word !== '' && (option.long === word || option.short === word));
}

function takesValue(option: Option): boolean {
  return option.required || option.optional;
}

/** commander keeps `hidden` to itself. */
function isHidden(command: Command): boolean {
  return '_hidden' in command && command._hidden === true;
}

function startingWith(last: string, all: readonly Candidate[] | undefined): readonly Candidate[] | undefined {
  return all?.filter(({ name }) => name.startsWith(last));
}
