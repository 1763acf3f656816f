// SPDX-License-Identifier: GPL-2.0-only
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, it, vi } from 'vitest';
import { renderError } from '../../harness/host/errors.ts';
import { findProgram, installLine, missingNeeds, needs, requireNeeds } from '../../harness/host/needs.ts';
import { temporaryFolder } from './temporary.ts';

afterEach(() => void vi.unstubAllEnvs());

it('finds a program as a shell would: in the order of PATH, and only what can be run', () => {
  const [first, second] = [temporaryFolder(), temporaryFolder()];
  vi.stubEnv('PATH', `${first}:${second}`);
  expect(findProgram('hazmat-test-tool')).toBeUndefined();
  for (const folder of [first, second]) writeFileSync(path.join(folder, 'hazmat-test-tool'), '#!/bin/sh\n');
  chmodSync(path.join(second, 'hazmat-test-tool'), 0o755);
  // root may execute only what somebody may execute, too.
  expect(findProgram('hazmat-test-tool')).toBe(path.join(second, 'hazmat-test-tool'));
});

it('names all that is missing, why it is needed and the line that installs it', () => {
  vi.stubEnv('PATH', temporaryFolder());
  const missing = missingNeeds();
  expect(missing.map(({ what }) => what)).toContain('apt-get');
  expect(missing.every((need) => needs.includes(need))).toBe(true);
  let text = '';
  try {
    requireNeeds();
  } catch (error) {
    text = renderError(error);
  }
  expect(text).toMatch(/^this machine lacks what guests need\n/);
  expect(text).toContain('gcc: builds the guest’s agent');
  expect(text).toContain(installLine(missing));
});

it('installs each package once, with sudo when that is needed', () => {
  const some = needs.filter((need) => ['gcc', 'cpio'].includes(need.package));
  const twice = [...some, ...some];
  expect(installLine(twice, true)).toBe('apt-get install -y --no-install-recommends cpio gcc');
  expect(installLine(twice, false)).toBe('sudo apt-get install -y --no-install-recommends cpio gcc');
});
