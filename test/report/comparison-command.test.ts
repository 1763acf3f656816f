// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { compareSides } from '../../harness/compare/compare.ts';
import { reproduceCommand } from '../../harness/report/comparison-command.ts';
import { comparisonMail } from '../../harness/report/comparison-mail.ts';
import { crash, pass, side } from '../compare/compared.ts';
import { base, comparison, tested } from './compared-story.ts';

test('the scenarios that changed, with as many repetitions', () => {
  expect(reproduceCommand(comparison)).toBe(
    'npx hazmat compare --base debian:6.12 --kernel debian:7.2 --repeat 5 recover/pwrite recover/timed remove/rebind remove/shared-mappers',
  );
});

test('all scenarios when nothing changed', () => {
  const sides = ['debian:6.12', 'debian:7.2'].map((kernel) => side(kernel, { b: [pass], a: [pass] }));
  const [left = base, right = tested] = sides;
  expect(reproduceCommand(compareSides(left, right))).toBe(
    'npx hazmat compare --base debian:6.12 --kernel debian:7.2 a b',
  );
});

test('the command to reproduce repeats the options of the kernels', () => {
  const mail = comparisonMail([compareSides(base, { ...tested, options: ['--config', 'kasan'] })]);
  expect(mail.replaceAll('\\\n', '').replaceAll(/ +/g, ' ')).toContain('--kernel debian:7.2 --config kasan --repeat 5');
});

test('one kernel in two runs: the commands of the runs are shown', () => {
  const again = side(
    'debian:6.12',
    { 'remove/rebind': [crash('f')] },
    { run: 'run-after', folder: '/results/run-after' },
  );
  expect(comparisonMail([compareSides(base, again)]).split('comparison:\n\n')[1]).toBe(
    '  npx hazmat run -k 6.12\n  npx hazmat run -k 6.12\n  npx hazmat compare run-6.12 run-after\n',
  );
});
