// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { inRange, parseKernelVersion, rangeProblem } from '../../harness/verdict/kernel-range.ts';

describe('parseKernelVersion', () => {
  it.each([
    ['6.12.107', '6.12.107'],
    ['6.12.107+deb13-amd64', '6.12.107'],
    ['5.10.223-1', '5.10.223'],
    ['6.16.3-1~bpo13+1', '6.16.3'],
    ['7.3~rc7', '7.3.0-rc.7'],
    ['7.3-rc7', '7.3.0-rc.7'],
    ['7.3.0-rc7-amd64', '7.3.0-rc.7'],
    ['7.3~rc7-1~exp1', '7.3.0-rc.7'],
    ['v7.2', '7.2.0'],
    ['6.1.0-50-amd64', '6.1.0'],
  ])('%s', (text, version) => {
    expect(parseKernelVersion(text)).toBe(version);
  });

  it.each(['', 'vmlinuz', '7', 'next-20260820'])('cannot read "%s"', (text) => {
    expect(parseKernelVersion(text)).toBeUndefined();
  });
});

describe('inRange', () => {
  it.each([
    ['7.3~rc7', '>=7.3', true],
    ['7.3-rc7', '7.3', true],
    ['7.3-rc7', '>=7.2', true],
    ['7.3-rc7', '<7.3', false],
    ['7.3-rc7', '>7.2', true],
    ['7.3-rc4', '>=7.3-rc5', false],
    ['7.3-rc5', '>=7.3~rc5', true],
    ['7.3.1', '>=7.3-rc5', true],
    ['7.2.12', '7.2', true],
    ['7.20.1', '7.2', false],
    ['7.2.12', '7.2.12', true],
    ['7.2.11', '7.2.12', false],
    ['6.13.12', '>=6.14', false],
    ['6.14', '>=6.14', true],
    ['6.1.176', '>=6.0 <6.8', true],
    ['6.8.1', '>=6.0 <6.8', false],
    ['6.8.1', '<=6.8', true],
    ['5.10.223', '>= 5.10 < 6.0', true],
    ['7.3.2', '7.2 || 7.3', true],
    ['6.12.107', '7.2 || 7.3', false],
    ['6.12.107', '*', true],
    ['unknown', '*', false],
  ])('%s in %s: %s', (version, range, expected) => {
    expect(inRange(version, range)).toBe(expected);
  });
});

describe('rangeProblem', () => {
  it.each(['>=6.14', '>=6.0 <6.8', '7.2 || 7.3', '7.2.12', '>=7.3-rc5', '*', '>= 6.1'])('accepts %s', (range) => {
    expect(rangeProblem(range)).toBeUndefined();
  });

  it.each(['', '6', '>=6.14 ||', 'lts', '6.1-6.6', '^6.1', '=>6.1', '6.1,6.2'])('refuses "%s"', (range) => {
    expect(rangeProblem(range)).toMatch(/kernel range/);
  });

  it('names the wrong word', () => {
    expect(rangeProblem('>=6.1 lts')).toBe(
      '"lts" in the kernel range ">=6.1 lts" is not a version or a comparison with one',
    );
  });
});
