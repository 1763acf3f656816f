// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../../harness/host/places.ts';
import { hazmatKey } from '../../../harness/run/settle/inputs.ts';
import { temporaryFolder } from '../../host/temporary.ts';

test('the key of hazmat is that of the files that judge, wherever they are', () => {
  const [a, b] = [temporaryFolder(), temporaryFolder()];
  for (const root of [a, b]) {
    for (const file of [
      'harness/run/cell.ts',
      'kernels/bugs.yaml',
      'kernels/features.yaml',
      'package.json',
      'README.md',
    ]) {
      mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
      writeFileSync(path.join(root, file), file);
    }
  }
  const key = hazmatKey(a);
  expect(hazmatKey(b)).toBe(key);
  writeFileSync(path.join(b, 'README.md'), 'other');
  expect(hazmatKey(b)).toBe(key);
  writeFileSync(path.join(b, 'harness/run/cell.ts'), 'other');
  expect(hazmatKey(b)).not.toBe(key);
  expect(hazmatKey(projectRoot)).toMatch(/^[0-9a-f]{20}$/);
});
