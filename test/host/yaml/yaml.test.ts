// SPDX-License-Identifier: GPL-2.0-only
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { parseYaml, readYaml } from '../../../harness/host/yaml/yaml.ts';
import { temporaryFolder } from '../temporary.ts';

it('places what is not there at the nearest that is', () => {
  const yaml = parseYaml('# comment\na:\n  - b: 1\n    c: [x, y]\n', 'f');
  const places = [
    [],
    ['a'],
    ['a', 0],
    ['a', 0, 'c'],
    ['a', 0, 'c', 1],
    ['a', 0, 'no'],
    ['a', 7],
    ['a', 0, 'b', 'no', 'way'],
  ];
  expect(places.map((place) => yaml.at(place))).toEqual([
    'f:2:1',
    'f:2:1',
    'f:3:5',
    'f:4:5',
    'f:4:12',
    'f:3:5',
    'f:2:1',
    'f:3:5',
  ]);
});

it('says that a file is not there, or cannot be read', () => {
  const folder = temporaryFolder();
  expect(() => readYaml(path.join(folder, 'no.yaml'), 'no.yaml')).toThrow('there is no file no.yaml');
  expect(() => readYaml(folder, 'folder')).toThrow(/^cannot read folder: EISDIR/);
  writeFileSync(path.join(folder, 'a.yaml'), 'a: 1\n');
  expect(readYaml(path.join(folder, 'a.yaml'), 'a.yaml').value).toEqual({ a: 1 });
});
