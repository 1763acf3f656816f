// SPDX-License-Identifier: GPL-2.0-only
// The ends of a file that a guest wrote without end.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { readEnds } from '../../harness/host/read-ends.ts';
import { temporaryFolder } from './temporary.ts';

describe('the ends of a file', () => {
  it('are all of a short one', () => {
    const file = path.join(temporaryFolder(), 'console.log');
    writeFileSync(file, 'Linux version\nRun /init\n');
    expect(readEnds(file, 12)).toBe('Linux version\nRun /init\n');
  });

  it('say how much is missing between them', () => {
    const file = path.join(temporaryFolder(), 'console.log');
    writeFileSync(file, `head${'x'.repeat(1000)}tail`);
    expect(readEnds(file, 4)).toBe('head\n[hazmat: 1000 bytes are left out here]\ntail');
  });

  it('are nothing of a file that is not there', () => {
    expect(readEnds(path.join(temporaryFolder(), 'none'))).toBe('');
  });
});
