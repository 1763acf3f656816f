// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { UsageError } from '../../../harness/host/errors.ts';
import { killsWithoutStep } from '../../../harness/kernel/series/mutant.ts';
import { parsePutBack, type PutBack } from '../../../harness/kernel/series/put-back.ts';
import { shippedFixes } from '../../../harness/run/recall.ts';
import { findScenarios, scenarioNames } from '../../../harness/scenario/load.ts';

const diff =
  '---\n--- a/drivers/nvdimm/x.c\n+++ b/drivers/nvdimm/x.c\n@@ -1,2 +1,2 @@\n \tint x;\n-\tclear();\n+\tkeep();\n';
const whole = [
  'From: hazmat <hazmat@localhost>',
  'Subject: [HISTORY] nvdimm/x: what is to be cleared is kept',
  '',
  'A bad block stays.',
  '',
  'Fix: nvdimm: clear what is to be',
  ' cleared',
  'Fixed-in: 6.0',
  'Link: https://lore.kernel.org/r/1@example.org',
  'Killed-by: poison/hwpoison (signals)',
  'New-scenario: poison/hwpoison',
  diff,
].join('\n');

const parse = (text: string): PutBack => parsePutBack(text, 'kernels/history/x.patch');

test('a patch of history names the fix that it takes out, and who notices', () => {
  expect(parse(whole)).toMatchObject({
    name: 'x',
    about: 'A bad block stays.',
    fix: 'nvdimm: clear what is to be cleared',
    fixedIn: '6.0',
    link: 'https://lore.kernel.org/r/1@example.org',
    base: '6.12',
    newScenarios: ['poison/hwpoison'],
    killedBy: [{ scenario: 'poison/hwpoison', step: 'signals' }],
    notNoticed: undefined,
    area: 'nvdimm',
  });
});

test('a patch that nothing can notice says why', () => {
  const text = whole
    .replace('Killed-by: poison/hwpoison (signals)', 'Base: source:6.12\nNot-noticed: no firmware of QEMU\n has it')
    .replace('New-scenario: poison/hwpoison\n', '');
  expect(parse(text)).toMatchObject({ base: 'source:6.12', killedBy: [], notNoticed: 'no firmware of QEMU has it' });
});

test.each([
  ['no fix', whole.replace(/Fix: .*\n cleared\n/, ''), 'has no line Fix:', 1],
  ['no scenario and no reason', whole.replace(/Killed-by.*\n/, ''), 'no line Killed-by: or Not-noticed:', 1],
  ['both', whole.replace('New-scenario: poison/hwpoison', 'Not-noticed: for a reason'), 'has both', 11],
  ['a version that is none', whole.replace('6.0', 'v6.0-rc1'), "'Fixed-in: v6.0-rc1' is not as it should be", 8],
  ['a link elsewhere', whole.replace('lore.kernel.org', 'example.org'), 'is not as it should be', 9],
])('%s is refused, with its place', (_what, text, why, line) => {
  const refused = (): PutBack => parse(text);
  expect(refused).toThrow(UsageError);
  expect(refused).toThrow(why);
  try {
    refused();
  } catch (error) {
    expect((error as UsageError).at).toBe(`kernels/history/x.patch:${line}`);
  }
});

test('each shipped patch names scenarios that are there, by steps that they have', () => {
  const names = scenarioNames();
  const wrong = shippedFixes().flatMap(({ name, killedBy, newScenarios }) => [
    ...newScenarios.filter((scenario) => !killedBy.some((kill) => kill.scenario === scenario)),
    ...killedBy.flatMap(({ scenario, step }) => {
      if (!names.includes(scenario)) return [`${name}: there is no scenario ${scenario}`];
      if (killsWithoutStep.includes(step)) return [];
      const steps = findScenarios([scenario]).flatMap((one) => one.steps.map(({ kind }) => kind.key));
      return steps.includes(step) ? [] : [`${name}: ${scenario} has no step ${step}`];
    }),
  ]);
  expect(wrong).toEqual([]);
});
