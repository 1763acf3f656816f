// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { renderKernelList } from '../../harness/cli/kernel.ts';
import type { ListedKernel } from '../../harness/kernel/list.ts';

const listed: ListedKernel[] = [
  {
    line: '6.12',
    newest: { version: '6.12.118', package: 'linux-image-6.12.118 6.12.118-1', suite: 'trixie-security' },
    bytes: 176 * 2 ** 20,
    hasSource: true,
    unavailable: undefined,
  },
  {
    line: '6.16',
    newest: { version: '6.16.12', package: 'linux-image-6.16.12 6.16.12-1', suite: 'trixie-backports' },
    bytes: undefined,
    hasSource: false,
    unavailable: undefined,
  },
  {
    line: '7.1',
    newest: undefined,
    bytes: undefined,
    hasSource: true,
    unavailable: `there is no stock kernel 7.1. ${'A long reason. '.repeat(20)}`.trim(),
  },
];

test('the table says what can be run and what takes a series; a long reason widens no column', () => {
  const text = renderKernelList(listed);
  const [table = '', reasons = '', forms = ''] = text.split('\n\n');
  expect(table).toMatchInlineSnapshot(`
    "KERNEL       VERSION   PACKAGE                          SUITE             STATE              WITH A SERIES
    debian:6.12  6.12.118  linux-image-6.12.118 6.12.118-1  trixie-security   in cache, 176 MiB  debian:6.12+SERIES
    debian:6.16  6.16.12   linux-image-6.16.12 6.16.12-1    trixie-backports  to be fetched      no source package
    debian:7.1   -         -                                -                 not available      source:7.1+SERIES"
  `);
  expect(reasons).toBe(`Not available:\ndebian:7.1: ${listed[2]?.unavailable ?? ''}`);
  expect(forms).toMatch(/^Forms of a kernel:\n/);
  expect(forms).toContain('lines: 6.12 6.16 7.1');
});

test('no line ends in blanks', () => {
  expect(renderKernelList(listed)).not.toMatch(/ $/m);
});

test('without anything missing there is no such part', () => {
  expect(renderKernelList(listed.slice(0, 2))).not.toContain('Not available');
});
