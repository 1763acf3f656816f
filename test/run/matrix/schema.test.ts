// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { projectRoot } from '../../../harness/host/places.ts';
import {
  alternativesOf,
  elementOf,
  jsonSchemaOf,
  propertiesOf,
  type JsonSchema,
} from '../../../harness/host/yaml/json-schema.ts';
import { parseYaml } from '../../../harness/host/yaml/yaml.ts';
import { planMatrix } from '../../../harness/run/matrix/load-matrix.ts';
import { matrixSchema } from '../../../harness/run/matrix/schema.ts';

const page = readFileSync(path.join(projectRoot, 'docs/matrix.md'), 'utf8');

function keysIn(schema: JsonSchema): string[] {
  const inner = [...propertiesOf(schema).values(), ...alternativesOf(schema), elementOf(schema) ?? {}];
  const isLeaf =
    propertiesOf(schema).size === 0 && alternativesOf(schema).length === 0 && elementOf(schema) === undefined;
  return isLeaf ? [] : [...propertiesOf(schema).keys(), ...inner.flatMap(keysIn)];
}

test('docs/matrix.md has a row for each key', () => {
  const rows = [...page.matchAll(/^\| `([a-z][\w-]+)` \|/gm)].map(([, key]) => key);
  expect(new Set(rows)).toEqual(new Set(keysIn(jsonSchemaOf(matrixSchema))));
});

test('its example is a matrix, but for the series, which is not there', () => {
  const [, example = ''] = /```yaml\n([^]*?)```/.exec(page) ?? [];
  const { cells, dropped, variants } = planMatrix(
    parseYaml(example.replace('series: my.mbox', 'append: quiet'), 'm.yaml'),
  );
  expect(variants).toHaveLength(6);
  expect(cells.length).toBeGreaterThan(100);
  expect(dropped.every(({ why }) => why === 'takes two hours')).toBe(true);
});
