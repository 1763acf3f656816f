// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { recallStock, rememberStock } from '../../../harness/kernel/stock/stock-memory.ts';
import type { StockKernel } from '../../../harness/kernel/stock/stock.ts';
import { temporaryFolder } from '../../host/temporary.ts';

let cache: string;
beforeEach(() => {
  cache = temporaryFolder();
  vi.stubEnv('HAZMAT_CACHE', cache);
});
afterEach(() => vi.unstubAllEnvs());

const stock: StockKernel = {
  name: 'linux-image-9.1.2-amd64',
  version: '9.1.2-1',
  suite: 'trixie',
  signed: true,
  hasSource: true,
  payload: [
    {
      name: 'linux-image-9.1.2-amd64',
      version: '9.1.2-1',
      architecture: 'amd64',
      size: 7,
      sha256: 'a'.repeat(64),
      depends: '',
      suite: 'trixie',
    },
  ],
};

test('the answer for a version is remembered, each version on its own', () => {
  expect(recallStock('9.1')).toBeUndefined();
  rememberStock('9.1', stock);
  expect(recallStock('9.1')).toEqual({ answer: stock, fresh: true });
  expect(recallStock('9.1.2')).toBeUndefined();
  vi.stubEnv('HAZMAT_APT_MAX_AGE', '0');
  expect(recallStock('9.1')).toEqual({ answer: stock, fresh: false });
});

test('a damaged answer, or one of another version of hazmat, is as none', () => {
  rememberStock('9.1', stock);
  const file = path.join(cache, 'kernel-lines/9.1.json');
  const text = readFileSync(file, 'utf8');
  for (const spoilt of [text.slice(0, 40), text.replace('"signed":true', '"signed":"yes"'), `{"asked":1,"stock":{}}`]) {
    writeFileSync(file, spoilt);
    expect(recallStock('9.1')).toBeUndefined();
  }
});
