// SPDX-License-Identifier: GPL-2.0-only
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { projectRoot } from '../../harness/host/places.ts';
import { poisonRoutes } from '../../harness/poison/routes.ts';
import { scenarioSchema } from '../../harness/scenario/schema.ts';
import { stepKinds } from '../../harness/scenario/steps.ts';
import { layerKinds } from '../../harness/storage/layers.ts';
import { generatedFiles, scenarioJsonSchema } from '../../scripts/build-docs.ts';

const page = generatedFiles().get('docs/scenario-language.md') ?? '';

describe('what is generated from the schemas', () => {
  it.each([...generatedFiles()])('%s is up to date (npm run docs)', (file, text) => {
    expect(readFileSync(path.join(projectRoot, file), 'utf8')).toBe(text);
  });

  it('has a section for every layer and step, with its example, and a row for every route', () => {
    for (const { key, example } of layerKinds) {
      expect(page).toContain(`### ${key}\n`);
      expect(page).toContain(example);
    }
    for (const { key, example } of stepKinds) {
      expect(page).toContain(`### ${key}\n`);
      expect(page).toContain(example);
    }
    for (const { name } of poisonRoutes) expect(page).toContain(`| \`${name}\` | `);
  });

  it('describes every key of the top level', () => {
    for (const key of Object.keys(scenarioSchema.shape))
      expect(page).toMatch(new RegExp(`^\\| \`${key}\` \\| .+ \\| .* \\| .+ \\|$`, 'm'));
  });

  it('is fit to be read: nothing of the code shows', () => {
    expect(page).not.toMatch(/undefined|\[object|such as ,/);
  });

  it('tells editors the keys of the file, of layers and of steps', () => {
    const schema = JSON.stringify(scenarioJsonSchema());
    for (const { key } of [...layerKinds, ...stepKinds]) expect(schema).toContain(`"required":["${key}"]`);
    expect(scenarioJsonSchema()).toMatchObject({
      type: 'object',
      required: ['title', 'stack'],
      additionalProperties: false,
    });
  });
});
