// SPDX-License-Identifier: GPL-2.0-only
// Files and processes that begin in the middle of a scenario.

import { describe, expect, it } from 'vitest';
import { planGuest } from '../../harness/scenario/plan.ts';
import { scenario } from './steps/take-later.ts';

const steps = '- create: /mnt/new\n- start: late\n- touch: {processes: late}';

it('are left out of what is made before the steps', () => {
  const { stages } = planGuest(scenario(steps), '6.12.0');
  const all = JSON.stringify(stages);
  expect(all).toContain('/mnt/data');
  expect(all).not.toContain('/mnt/new');
  expect(all).not.toContain('late');
});

describe('a mistake', () => {
  const refused = (text: string, files?: string): string => {
    try {
      scenario(text, files);
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
    return 'right';
  };

  it.each([
    ['- touch: {processes: late}\n- start: late', 'late is not there yet: a later step has `start: late`'],
    ['- read: {file: /mnt/new, page: 0}\n- create: /mnt/new\n- start: late', 'a later step has `create: /mnt/new`'],
    ['- start: late\n- create: /mnt/new', '/mnt/new is not there yet'],
    ['- create: /mnt/new', '/mnt/new is not there yet'],
    ['- start: later', 'this scenario has no group of processes `later`, did you mean `late`?'],
  ])('is refused: %s', (text, message) => expect(refused(text)).toContain(message));

  it('is refused of files that need each other', () => {
    expect(refused('- create: /mnt/data\n- start: early', '/mnt/new: {clone: /mnt/data}')).toContain('not there yet');
    expect(refused('- create: /mnt/new\n- start: late', '/mnt/new: {pages: 8, interleave: /mnt/data}')).toContain(
      'files that are interleaved are written together',
    );
  });

  it('is none where all comes in order', () => expect(refused(steps)).toBe('right'));
});
