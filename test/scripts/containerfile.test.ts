// SPDX-License-Identifier: GPL-2.0-only
// The Containerfile, held against the checkout. Whether it can be built is seen by npm run container.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { doctorCommand } from '../../harness/cli/doctor.ts';
import { projectRoot } from '../../harness/host/places.ts';
import { checkSettings } from '../../harness/host/settings.ts';

const text = readFileSync(path.join(projectRoot, 'Containerfile'), 'utf8').replaceAll('\\\n', ' ');
const steps = text.split('\n').filter((line) => /^[A-Z]+ /.test(line));

it('copies what is in the checkout', () => {
  const copied = steps
    .filter((step) => /^COPY (?!--from)/.test(step))
    .flatMap((step) => step.split(/\s+/).slice(1, -1));
  expect(copied).toContain('package-lock.json');
  expect(copied.filter((name) => !existsSync(path.join(projectRoot, name)))).toEqual([]);
});

it('sets settings that exist', () => {
  const settings = [...text.matchAll(/\b(HAZMAT_\w+)=(\S+)/g)].map(([, name, value]) => [name, value]);
  expect(settings.length).toBeGreaterThan(0);
  expect(() => {
    checkSettings(Object.fromEntries(settings) as NodeJS.ProcessEnv);
  }).not.toThrow();
});

it('installs what runs and builds need by a command that exists', () => {
  const words = /hazmat doctor ([^&]+)/.exec(text)?.[1]?.trim().split(/\s+/) ?? [];
  expect(words).toContain('--build');
  const known = doctorCommand().options.map(({ long }) => long);
  expect(words.filter((word) => !known.includes(word))).toEqual([]);
});

it('ends with hazmat below a process that reaps', () => {
  const entry = /^ENTRYPOINT (.+)$/m.exec(text)?.[1] ?? '';
  expect(JSON.parse(entry)).toEqual(['tini', '--', 'hazmat']);
});
