// SPDX-License-Identifier: GPL-2.0-only
import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { pageBytes, pageShift, sectorBytes, sectorsPerPage } from '../../harness/host/page.ts';

it('has the page size of x86-64, as an x86-64 host has it', () => {
  expect(Number(execFileSync('getconf', ['PAGESIZE'], { encoding: 'utf8' }))).toBe(pageBytes);
  expect(1 << pageShift).toBe(pageBytes);
  expect(sectorsPerPage * sectorBytes).toBe(pageBytes);
});
