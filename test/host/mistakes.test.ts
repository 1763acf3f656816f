// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { InfraError, renderError, UsageError } from '../../harness/host/errors.ts';
import { Mistakes } from '../../harness/host/mistakes.ts';

const wrong = (message: string, at?: string): never => {
  throw new UsageError(message, { at });
};

it('reports all mistakes in the order of the file, and goes on after each', () => {
  const mistakes = new Mistakes();
  const late = mistakes.collect((): number => wrong('late', 'x.yaml:12:3'));
  expect(late).toBeUndefined();
  const inner = new Mistakes();
  inner.add(new UsageError('second', { at: 'x.yaml:2:9' }));
  inner.add(new UsageError('first', { at: 'x.yaml:2:3' }));
  mistakes.collect(() => {
    inner.throwIfAny();
  });
  expect(mistakes.collect(() => 7)).toBe(7);
  let thrown: unknown;
  try {
    mistakes.throwIfAny();
  } catch (error) {
    thrown = error;
  }
  expect(thrown).toBeInstanceOf(UsageError);
  expect(renderError(thrown)).toBe('x.yaml:2:3: first\nx.yaml:2:9: second\nx.yaml:12:3: late');
});

it('throws a single mistake as it is, nothing without one, and at once what is no mistake of the user', () => {
  const mistakes = new Mistakes();
  mistakes.throwIfAny();
  expect(() =>
    mistakes.collect(() => {
      throw new InfraError('full disk');
    }),
  ).toThrow(InfraError);
  const one = new UsageError('one');
  mistakes.add(one);
  expect(() => {
    mistakes.throwIfAny();
  }).toThrow(one);
});
