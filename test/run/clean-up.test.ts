// SPDX-License-Identifier: GPL-2.0-only
import { expect, it, onTestFinished } from 'vitest';
import { InfraError } from '../../harness/host/errors.ts';
import { redirectNotices } from '../../harness/host/notices.ts';
import { cleanUp } from '../../harness/run/clean-up.ts';

it('does all of a clean-up though a part fails, and reports that as a warning', () => {
  const notices: string[] = [];
  onTestFinished(redirectNotices((level, text) => notices.push(`${level}: ${text}`)));
  const done: string[] = [];
  cleanUp(
    () => done.push('first'),
    () => {
      throw new InfraError('the cache is gone');
    },
    () => done.push('last'),
  );
  expect(done).toEqual(['first', 'last']);
  expect(notices).toEqual(['warning: the clean-up failed: the cache is gone']);
});
