// SPDX-License-Identifier: GPL-2.0-only
// The workflow files of docs/ci, held against the program. Their own linters (actionlint, gitlab-ci-local --list) were run by hand.

import { readFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { projectRoot } from '../../harness/host/places.ts';

/** `npx hazmat ...` of a file, one a line. */
function commandsIn(text: string): string[][] {
  return [...text.matchAll(/npx hazmat ([^\n|>]+)/g)].map(([, words = '']) =>
    words
      .trim()
      .split(/\s+/)
      .filter((word) => !word.startsWith('"') && !word.includes('*') && !word.includes('$')),
  );
}

const helps = new Map<string, string>();

async function helpOf(words: string[]): Promise<string> {
  const name = words.join(' ');
  const known = helps.get(name);
  if (known !== undefined) return known;
  const { stdout, exitCode } = await execa('node', [path.join(projectRoot, 'bin/hazmat.mjs'), ...words, '--help'], {
    reject: false,
  });
  expect(exitCode, name).toBe(0);
  helps.set(name, stdout);
  return stdout;
}

it.each(['github.yml', 'gitlab.yml'])('docs/ci/%s is YAML, and its commands and options exist', async (name) => {
  const text = readFileSync(path.join(projectRoot, 'docs/ci', name), 'utf8');
  expect(parse(text)).toBeTypeOf('object');
  const commands = commandsIn(text);
  expect(commands.length).toBeGreaterThan(5);
  for (const [command = '', ...words] of commands) {
    const help = await helpOf(command === 'kernel' ? [command, words[0] ?? ''] : [command]);
    expect(help, command).toMatch(new RegExp(`^Usage: hazmat ${command} `));
    for (const option of words.filter((word) => word.startsWith('-'))) {
      expect(help, `${command} ${option}`).toMatch(new RegExp(`(^|[ ,])${option}( |,|$)`, 'm'));
    }
    if (command === 'export') expect(help.replaceAll(/\s+/g, ' ')).toMatch(new RegExp(`[ ,]${words[0] ?? ''}[ ,]`));
  }
});
