// SPDX-License-Identifier: GPL-2.0-only
import { valid } from 'semver';
import { expect, it } from 'vitest';
import { projectVersion } from '../../harness/host/project-version.ts';

it('is a version, that of package.json', () => {
  expect(valid(projectVersion())).toBe(projectVersion());
});
