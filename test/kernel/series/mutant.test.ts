// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { UsageError } from '../../../harness/host/errors.ts';
import { projectRoot } from '../../../harness/host/places.ts';
import { killsWithoutStep, parseMutant, readMutants, type Mutant } from '../../../harness/kernel/series/mutant.ts';
import { findScenarios, scenarioNames } from '../../../harness/scenario/load.ts';
import { temporaryFolder } from '../../host/temporary.ts';

const shipped = (): Mutant[] => readMutants('kernels/mutants', projectRoot);
const diff = '---\n--- a/mm/x.c\n+++ b/mm/x.c\n@@ -1,2 +1,2 @@\n \tint x;\n-\tclear();\n+\tkeep();\n';
const whole = [
  'From: hazmat <hazmat@localhost>',
  'Subject: [MUTANT] mm/x: what is to be cleared',
  ' is kept',
  '',
  'Breaks the claim that it is cleared.',
  '',
  'Killed-by: poison/hwpoison (signals)',
  'Killed-by: remove/shared-mappers (crash)',
  diff,
].join('\n');

function refusal(text: string): UsageError {
  try {
    parseMutant(text, 'mutants/x-keeps.patch');
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error('it was not refused');
}

test('a mutant says what it breaks and where that is noticed', () => {
  const mutant = parseMutant(whole, 'mutants/x-keeps.patch');
  expect(mutant).toMatchObject({
    name: 'x-keeps',
    subject: 'mm/x: what is to be cleared is kept',
    about: 'Breaks the claim that it is cleared.',
    killedBy: [
      { scenario: 'poison/hwpoison', step: 'signals' },
      { scenario: 'remove/shared-mappers', step: 'crash' },
    ],
    file: 'mutants/x-keeps.patch',
  });
});

test('only lines above the diff are trailers', () => {
  const added = whole.replace('+\tkeep();', '+\t/* Killed-by: nobody */');
  expect(parseMutant(added, 'x.patch').killedBy).toHaveLength(2);
});

test.each([
  ['a trailer without a step', 'Killed-by: poison/hwpoison', 7, 'does not name a scenario and a step'],
  ['a trailer without a folder', 'Killed-by: hwpoison (signals)', 7, 'does not name a scenario and a step'],
  ['a trailer of two steps', 'Killed-by: poison/hwpoison (signals, read)', 7, 'does not name a scenario and a step'],
  ['a trailer that is misspelled', 'killed by: poison/hwpoison (signals)', 7, 'does not name a scenario and a step'],
  ['a trailer that is indented', ' Killed-by: poison/hwpoison (signals)', 7, 'does not name a scenario and a step'],
])('%s is refused', (_what, line, at, why) => {
  const error = refusal(whole.replace('Killed-by: poison/hwpoison (signals)', line));
  expect(error.at).toBe(`mutants/x-keeps.patch:${at}`);
  expect(error.message).toContain(why);
  expect(error.hint).toContain('FOLDER/SCENARIO (STEP)');
});

test('a trailer that is there twice is refused', () => {
  const error = refusal(
    whole.replace('Killed-by: remove/shared-mappers (crash)', 'Killed-by: poison/hwpoison (signals)'),
  );
  expect(error.at).toBe('mutants/x-keeps.patch:8');
  expect(error.message).toContain('twice');
});

test('a bare diff is a mutant without a description', () => {
  expect(parseMutant(diff, 'x.patch')).toEqual({ name: 'x', file: 'x.patch', subject: '', about: '', killedBy: [] });
  expect(refusal(whole.replace(diff, '')).message).toContain('no diff');
});

test('a mangled diff is refused at the line of the file, not of the diff', () => {
  const error = refusal(whole.replace(' \tint x;', 'int x;'));
  expect(error.message).toContain('mangled');
  expect(error.at).toBe(`mutants/x-keeps.patch:${whole.split('\n').indexOf(' \tint x;') + 1}`);
});

test('a folder without patches has no mutant', () => {
  const folder = temporaryFolder();
  expect(() => readMutants('.', folder)).toThrow(UsageError);
  expect(() => readMutants('nowhere', folder)).toThrow(UsageError);
  writeFileSync(path.join(folder, 'README.md'), 'no patch\n');
  expect(() => readMutants('.', folder)).toThrow(UsageError);
  writeFileSync(path.join(folder, 'x-keeps.patch'), whole);
  expect(readMutants('.', folder)).toMatchObject([{ name: 'x-keeps', file: 'x-keeps.patch' }]);
});

test('the mutants that ship say what they break and name scenarios and steps that exist', () => {
  const mutants = shipped();
  expect(mutants.length).toBeGreaterThanOrEqual(28);
  const names = scenarioNames();
  const stepsOf = new Map<string, Set<string>>();
  const problems: string[] = [];
  for (const mutant of mutants) {
    for (const key of ['subject', 'about', 'killedBy'] as const) {
      if (mutant[key].length === 0) problems.push(`${mutant.name}: it has no ${key}`);
    }
    for (const { scenario, step } of mutant.killedBy) {
      if (!names.includes(scenario)) {
        problems.push(`${mutant.name}: there is no scenario ${scenario}`);
        continue;
      }
      let steps = stepsOf.get(scenario);
      if (steps === undefined) {
        steps = new Set(findScenarios([scenario]).flatMap((one) => one.steps.map(({ kind }) => kind.key)));
        stepsOf.set(scenario, steps);
      }
      if (!killsWithoutStep.includes(step) && !steps.has(step)) {
        problems.push(`${mutant.name}: ${scenario} has no step ${step}`);
      }
    }
  }
  expect(problems).toEqual([]);
});

test('no two mutants that ship are the same change', () => {
  const patches = shipped().map(({ file }) => readFileSync(path.join(projectRoot, file), 'utf8'));
  const changes = patches.map((patch) => patch.slice(patch.indexOf('\n---\n')));
  expect(new Set(changes).size).toBe(changes.length);
});
