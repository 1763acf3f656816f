// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { ndctl, ndctlOutcome } from '../../harness/suite/ndctl.ts';
import { temporaryFolder } from '../host/temporary.ts';

it('finds the tests of a group in meson.build', () => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'test'));
  const rows =
    "tests = [\n  [ 'libndctl',\tlibndctl,\t'ndctl' ],\n  [ 'multi-dax.sh', multi_dax, 'dax'   ],\n  [ 'create.sh',  create,\t'ndctl' ],\n]\n";
  writeFileSync(path.join(folder, 'test/meson.build'), `x = executable('x', [ 'y.c' ])\n${rows}`);
  const of = (more: object): string[] => ndctl.tests(folder, z.strictObject(ndctl.keys).parse(more));
  expect(of({ groups: ['ndctl'] })).toEqual(['libndctl', 'create.sh']);
  expect(of({ tests: ['multi-dax.sh'] })).toEqual(['multi-dax.sh']);
  expect(() => of({ tests: ['create'] })).toThrow(
    'this checkout of ndctl has no test `create`, did you mean `create.sh`?',
  );
});

it('judges by the exit status, and quotes what is not a trace of the shell', () => {
  const output = '+ set -e\n++ uname -r\nkernel 6.12.118: missing hexdump, skipping...\n+ exit\n';
  expect(ndctlOutcome('create.sh', { exit: 0, output })).toEqual({ verdict: 'pass', seen: 'create.sh passed' });
  expect(ndctlOutcome('btt-errors.sh', { exit: 77, output })).toEqual({
    verdict: 'skip',
    why: 'btt-errors.sh was not run: kernel 6.12.118: missing hexdump, skipping...',
  });
  expect(ndctlOutcome('clear.sh', { exit: 1, output: '+ err 30\ntest/clear.sh: failed at line 30\n' })).toEqual({
    verdict: 'fail',
    seen: 'exit 1\ntest/clear.sh: failed at line 30',
  });
  expect(ndctlOutcome('clear.sh', { exit: undefined, output })).toBeUndefined();
});
