// SPDX-License-Identifier: GPL-2.0-only
import { truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { renderError, UsageError } from '../../../harness/host/errors.ts';
import { parseYaml, readYaml } from '../../../harness/host/yaml/yaml.ts';
import { temporaryFolder } from '../temporary.ts';

function complaint(text: string): string {
  try {
    parseYaml(text, 'x.yaml');
    return 'right';
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return renderError(error);
  }
}

const laughs = ['a: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha]'];
for (const [above, name] of ['ab', 'bc', 'cd', 'de', 'ef', 'fg', 'gh', 'hi', 'ij'])
  laughs.push(
    `${name ?? ''}: &${name ?? ''} [${Array(9)
      .fill(`*${above ?? ''}`)
      .join(', ')}]`,
  );

it.each([
  [
    'a text of more than 1 MiB',
    `title: ${'x'.repeat(1024 * 1024)}\n`,
    'x.yaml is too large: 1.0 MiB, the limit is 1 MiB',
  ],
  ['too long a list', `a:\n${'  - b\n'.repeat(10_000)}`, 'x.yaml has 10001 list entries and keys, the limit is 10000'],
  ['the most entries that are allowed', `a:\n${'  - b\n'.repeat(9999)}`, 'right'],
  ['too many short lists', '- [a, b]\n'.repeat(3334), 'x.yaml has 10002 list entries and keys, the limit is 10000'],
  [
    'too many keys of one block',
    `{${Array.from({ length: 10_001 }, (_, index) => `k${index}: 1`).join(', ')}}`,
    'x.yaml has 10001 list entries and keys, the limit is 10000',
  ],
  ['lists in lists', `a: ${'['.repeat(65)}`, 'x.yaml:1:67: lists and blocks are nested more than 64 deep'],
  ['the deepest that is allowed', `${'['.repeat(64)}${']'.repeat(64)}`, 'right'],
  [
    'blocks in blocks',
    Array.from({ length: 65 }, (_, index) => `${' '.repeat(index)}a:\n`).join(''),
    'x.yaml:65:65: lists and blocks are nested more than 64 deep',
  ],
  ['brackets without end', '['.repeat(9000), 'x.yaml:1:65: lists and blocks are nested more than 64 deep'],
  ['an alias bomb', laughs.join('\n'), 'x.yaml:2:8: aliases such as this copy more than 100 parts of the file'],
])('has a limit for %s', (_, text, message) => expect(complaint(text)).toBe(message));

it('does not read a file that is too large', () => {
  const file = path.join(temporaryFolder(), 'large.yaml');
  writeFileSync(file, '');
  // Too large for a string of JavaScript: reading it would be an error of another kind.
  truncateSync(file, 2 ** 40);
  expect(() => readYaml(file, 'large.yaml')).toThrow(/^large\.yaml is too large: 1048576\.0 MiB, the limit is 1 MiB$/);
});
