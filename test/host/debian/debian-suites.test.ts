// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { isDebianSuite } from '../../../harness/host/debian/debian-suites.ts';

test.each([
  ['trixie', true],
  ['trixie-security', true],
  ['experimental', true],
  ['sid', false],
  ['Trixie', false],
  ['', false],
])('%s is a suite that packages are taken from: %s', (word, is) => expect(isDebianSuite(word)).toBe(is));
