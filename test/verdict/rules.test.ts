// SPDX-License-Identifier: GPL-2.0-only
// The table is sound in itself, and docs/verdicts.md says the same.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { rules } from '../../harness/verdict/rules.ts';

describe('crash rules', () => {
  it.each(rules.map((rule) => [rule.example, rule] as const))('%s', (example, rule) => {
    // The first rule that matches its example is the rule itself: none is hidden by another above it.
    expect(rules.find(({ start }) => start.test(example))).toBe(rule);
  });

  it('are anchored, so that no line that quotes them begins a report', () => {
    for (const { start } of rules) expect(start.source.startsWith('^')).toBe(true);
    const quoted = rules.map(({ example }) => `hazmat-test: saw "${example}"`);
    expect(quoted.filter((line) => rules.some(({ start }) => start.test(line)))).toEqual([]);
  });

  it('use only names in titles that their start gives', () => {
    for (const { title, start } of rules) {
      for (const [, name = ''] of title.matchAll(/\{(\w+)\}/g)) {
        if (name !== 'function') expect(start.source).toContain(`(?<${name}>`);
      }
    }
  });

  it('stand in docs/verdicts.md as they are here', () => {
    const docs = readFileSync(join(import.meta.dirname, '../../docs/verdicts.md'), 'utf8');
    const table = rules.map(
      ({ kind, type, title, example }) =>
        `| ${kind} | ${type} | ${title.replaceAll('|', '\\|')} | \`${example.replaceAll('|', '\\|')}\` |`,
    );
    expect(table.filter((row) => !docs.includes(row))).toEqual([]);
  });
});
