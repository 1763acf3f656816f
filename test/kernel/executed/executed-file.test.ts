// SPDX-License-Identifier: GPL-2.0-only
// What was executed, on disk and back.

import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import {
  readExecuted,
  writeCellExecuted,
  writeExecuted,
  type ExecutedKernel,
} from '../../../harness/kernel/executed/executed-file.ts';
import { temporaryFolder } from '../../host/temporary.ts';

const kernel: ExecutedKernel = {
  addresses: { 'vmlinux .text': '0xffffffff81000000' },
  phases: [
    { phase: 'boot', step: undefined, sections: new Map([['vmlinux .text', [0, 16]]]) },
    { phase: 'start', step: undefined, sections: new Map([['vmlinux .text', [8, 24]]]) },
    { phase: 'step', step: 1, sections: new Map([['xfs .text', [100, 104]]]) },
  ],
  unknown: 3,
};

it('is read as it was written', () => {
  const file = path.join(temporaryFolder(), 'executed.json.gz');
  writeExecuted(file, kernel);
  expect(readExecuted(file)).toEqual(kernel);
});

it('cells that share a boot keep it once', () => {
  const folder = temporaryFolder();
  const shared = path.join(folder, 'coverage');
  const files = ['a', 'b'].map((name) => path.join(folder, `${name}.json.gz`));
  for (const file of files) writeCellExecuted(file, shared, kernel);
  expect(readdirSync(shared)).toHaveLength(1);
  for (const file of files) expect(readExecuted(file, shared)).toEqual(kernel);
  // Without the boot it is not known what was executed.
  rmSync(shared, { recursive: true });
  expect(readExecuted(files[0] ?? '', shared)).toBeUndefined();
});

it('what is missing, damaged or of another version is not believed', () => {
  const file = path.join(temporaryFolder(), 'executed.json.gz');
  expect(existsSync(file)).toBe(false);
  expect(readExecuted(file)).toBeUndefined();
  writeFileSync(file, 'not compressed');
  expect(readExecuted(file)).toBeUndefined();
});
