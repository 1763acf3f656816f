// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { UsageError } from '../../harness/host/errors.ts';
import { parseKernelSpec, withSeries } from '../../harness/kernel/spec.ts';

const lines = ['6.1', '6.12', '7.3'];

test.each([
  ['debian:6.12', { kind: 'debian', line: '6.12', version: '6.12', series: undefined }],
  ['6.12', { kind: 'debian', line: '6.12', version: '6.12', series: undefined }],
  ['v6.1', { kind: 'debian', line: '6.1', version: '6.1', series: undefined }],
  ['debian:6.12.107', { kind: 'debian', line: '6.12', version: '6.12.107', series: undefined }],
  ['7.3-rc7', { kind: 'debian', line: '7.3', version: '7.3-rc7', series: undefined }],
  [
    '7.3+a/b+c.patch',
    { kind: 'debian', line: '7.3', version: '7.3', series: { words: ['a/b+c.patch'], part: undefined } },
  ],
  [
    'debian:6.1+git:x@a..b',
    { kind: 'debian', line: '6.1', version: '6.1', series: { words: ['git:x@a..b'], part: undefined } },
  ],
  [
    '6.12+a#2-',
    { kind: 'debian', line: '6.12', version: '6.12', series: { words: ['a'], part: { from: 2, to: undefined } } },
  ],
  ['6.12+a#2-3', { kind: 'debian', line: '6.12', version: '6.12', series: { words: ['a'], part: { from: 2, to: 3 } } }],
  ['6.12+a#2', { kind: 'debian', line: '6.12', version: '6.12', series: { words: ['a'], part: { from: 1, to: 2 } } }],
  ['source:6.12', { kind: 'built', base: { kind: 'source', line: '6.12', version: '6.12' }, series: undefined }],
  [
    'source:7.3-rc7+a',
    {
      kind: 'built',
      base: { kind: 'source', line: '7.3', version: '7.3-rc7' },
      series: { words: ['a'], part: undefined },
    },
  ],
  ['git:/a/linux@v6.12', { kind: 'built', base: { kind: 'git', path: '/a/linux', ref: 'v6.12' }, series: undefined }],
  [
    'git:a@b/c+git:a@x..y#1',
    {
      kind: 'built',
      base: { kind: 'git', path: 'a', ref: 'b/c' },
      series: { words: ['git:a@x..y'], part: { from: 1, to: 1 } },
    },
  ],
  ['tree:linux', { kind: 'built', base: { kind: 'tree', path: 'linux' }, series: undefined }],
  [
    'tarball:l.tar.xz+s',
    {
      kind: 'built',
      base: { kind: 'tarball', file: 'l.tar.xz' },
      series: { words: ['s'], part: undefined },
    },
  ],
  ['image:/boot/vmlinuz', { kind: 'image', image: '/boot/vmlinuz', modules: undefined }],
  ['image:a/bzImage,b/lib', { kind: 'image', image: 'a/bzImage', modules: 'b/lib' }],
])('%s', (spec, expected) => {
  expect(parseKernelSpec(spec, lines)).toEqual(expected);
});

test.each([
  '',
  'debian:',
  'debian:six',
  'image:',
  '6',
  '6.12+',
  '6.12+a++',
  '6.12.1.2',
  'git:x',
  'git:x@a..b',
  'tree:',
  'source:6',
  'image:,/lib',
])('%j is refused with the forms and lines', (spec) => {
  try {
    parseKernelSpec(spec, lines);
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    expect((error as UsageError).hint).toMatch(
      /debian:VERSION[\s\S]*6\.1 6\.12 7\.3[\s\S]*image:BZIMAGE\[,MODULES_DIR\]/,
    );
    return;
  }
  throw new Error('it was not refused');
});

test('a line outside the catalog is refused by name', () => {
  expect(() => parseKernelSpec('debian:6.11', lines)).toThrow('there is no stock kernel 6.11 in the catalog');
});

test('series go on top of each other; a message-id may have a plus', () => {
  const stacked = withSeries(withSeries('6.12', 'b4:1+a@localhost'), 'b.mbox');
  expect(stacked).toBe('6.12+b4:1+a@localhost++b.mbox');
  expect(parseKernelSpec(`${stacked}#2`, lines)).toMatchObject({
    series: { words: ['b4:1+a@localhost', 'b.mbox'], part: { from: 1, to: 2 } },
  });
});
