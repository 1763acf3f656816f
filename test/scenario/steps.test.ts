// SPDX-License-Identifier: GPL-2.0-only
// What holds for every kind of step. Each has tests of its own in steps/.

import { readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseYaml } from '../../harness/host/yaml/yaml.ts';
import { stepCommon } from '../../harness/scenario/schema.ts';
import { stepKinds } from '../../harness/scenario/steps.ts';

describe('every kind of step', () => {
  it.each(stepKinds.map((kind) => [kind.key, kind] as const))(
    '%s has an example that its own schema takes, and a label',
    (key, kind) => {
      const value: unknown = parseYaml(kind.example, 'example').value;
      const [name, args] = typeof value === 'string' ? [value, null] : (Object.entries(value ?? {})[0] ?? []);
      expect(name).toBe(key);
      expect(kind.label(kind.schema.parse(args))).toMatch(/\S/);
      expect(kind.title).toMatch(/^[A-Zp].*[^.]$/);
      expect(Object.keys(stepCommon)).not.toContain(key);
    },
  );

  it('has a test of its own', () => {
    const tests = readdirSync(path.join(import.meta.dirname, 'steps')).filter((name) => name.endsWith('.test.ts'));
    expect(tests.sort()).toEqual(stepKinds.map(({ key }) => `${key}.test.ts`).sort());
  });

  it('has a key of its own', () => expect(new Set(stepKinds.map(({ key }) => key)).size).toBe(stepKinds.length));
});
