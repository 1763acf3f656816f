// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { InfraError, renderError, UsageError } from '../../harness/host/errors.ts';

it('renders where, what and what to do, the hint on lines of its own', () => {
  const error = new UsageError('unknown step `unbnd`', { at: 'x.yaml:3:5', hint: 'steps: bind,\nunbind' });
  expect(renderError(error)).toMatchInlineSnapshot(`
    "x.yaml:3:5: unknown step \`unbnd\`
      steps: bind,
      unbind"
  `);
});

it('renders an error without a place or a hint as its sentence', () => {
  expect(renderError(new InfraError('the disk is full'))).toBe('the disk is full');
});

it('keeps the stack of a defect', () => {
  expect(renderError(new TypeError('x is not a function'))).toMatch(
    /^TypeError: x is not a function\n +at .*errors\.test/,
  );
});

it('renders whatever else was thrown', () => {
  expect(renderError('a string')).toBe('a string');
});

it('gives each kind of error its exit code and name', () => {
  const usage = new UsageError('a');
  const environment = new InfraError('b', { cause: usage });
  expect([usage.exitCode, usage.name, environment.exitCode, environment.name, environment.cause]).toEqual([
    2,
    'UsageError',
    3,
    'InfraError',
    usage,
  ]);
});
