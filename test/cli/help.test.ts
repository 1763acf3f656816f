// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { configHelp, exitCodesHelp, kernelHelp, withDefault } from '../../harness/cli/help.ts';
import { catalogLines, loadCatalog } from '../../harness/kernel/catalog.ts';
import { parseKernelSpec } from '../../harness/kernel/spec.ts';

test('shared texts fit into 80 columns', () => {
  const lines = [kernelHelp, configHelp, exitCodesHelp()].flatMap((text) => text.split('\n'));
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

test('every form of a kernel in the help is one that is understood', () => {
  const forms = [...kernelHelp.matchAll(/^ {2}((?:VERSION, )?\w+:\S+) {2}/gm)].map(
    ([, form = '']) => form.split(', ').at(-1) ?? '',
  );
  const kinds = forms.map((form) => {
    const spec = form
      .replace('VERSION', '6.12')
      .replace('[,MODULES_DIR]', ',/m')
      .replace(/PATH|FILE|BZIMAGE/, '/x');
    return parseKernelSpec(spec, catalogLines(loadCatalog())).kind;
  });
  expect(kinds).toEqual(['debian', 'built', 'built', 'built', 'built', 'image']);
});

test('exit codes have their usual meaning unless a command gives another', () => {
  expect(exitCodesHelp({ 1: 'something regressed' })).toMatchInlineSnapshot(`
    "
    Exit codes:
      0    all as expected
      1    something regressed
      2    usage error, or no kernel could be built
      3    infrastructure error
      130  interrupted"
  `);
});

test('a default is shown when it is a word or a number', () => {
  expect([withDefault('kernel', '6.12'), withDefault('jobs', 2), withDefault('all', undefined)]).toEqual([
    'kernel (default: 6.12)',
    'jobs (default: 2)',
    'all',
  ]);
});
