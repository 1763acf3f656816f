// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { parseYaml } from '../../../harness/host/yaml/yaml.ts';

it('follows aliases, also to an anchor that is there twice', () => {
  const { value } = parseYaml('a: &x 1\nb: [*x]\nc: &x {d: 2}\ne: *x\n', 'x.yaml');
  expect(value).toEqual({ a: 1, b: [1], c: { d: 2 }, e: { d: 2 } });
});

it.each([
  ['names nothing', 'a: 1\nb: *no\n', 'x.yaml:2:4', 'there is no anchor `&no` above it'],
  ['names what comes later', 'a: *x\nb: &x 1\n', 'x.yaml:1:4', 'there is no anchor `&x` above it'],
  ['is inside of what it names', 'a: &x\n  - 1\n  - *x\n', 'x.yaml:3:5', 'it is inside of that anchor'],
  ['was meant for text', 'a: **bold**\n', 'x.yaml:1:4', 'there is no anchor `&*bold**` above it'],
])('gives the place of an alias that %s', (_, text, at, why) => {
  const message = expect.stringContaining(`: ${why}; a text that begins with \`*\` must be in quotes`) as string;
  expect(() => parseYaml(text, 'x.yaml')).toThrow(expect.objectContaining({ at, message }) as Error);
});
