// SPDX-License-Identifier: GPL-2.0-only
// The pages that people write by hand, held against what they speak of.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { ExitCode } from '../../harness/host/errors.ts';
import { projectRoot } from '../../harness/host/places.ts';
import { parseScenario } from '../../harness/scenario/load.ts';

const read = (file: string): string => readFileSync(path.join(projectRoot, file), 'utf8');
const architecture = read('docs/architecture.md');
const readme = read('README.md');

/** Cells of the rows of the table below a heading. */
function rowsBelow(page: string, heading: string): string[][] {
  const part = page.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = part.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Folder to the folders that it may import, as the checker of imports holds them. */
async function heldBounds(): Promise<Record<string, string[]>> {
  const config: unknown = await import(path.join(projectRoot, '.dependency-cruiser.mjs'));
  return z.object({ folders: z.record(z.string(), z.array(z.string())) }).parse(config).folders;
}

it('architecture.md has a row for every folder, with what it may import', async () => {
  const described = rowsBelow(architecture, 'Folders').map(([folder = '', , imports = '']) => [
    folder.replaceAll(/[`/]/g, ''),
    imports === '' ? [] : imports.replaceAll(/[`/]/g, '').split(', '),
  ]);
  expect(Object.fromEntries(described)).toEqual(await heldBounds());
  expect(described.map(([folder]) => folder).sort()).toEqual(readdirSync(path.join(projectRoot, 'harness')).sort());
});

it('architecture.md names files that are there', () => {
  const files = [
    ...architecture.matchAll(/\b(?:harness|qemu|kernels|scenarios|docs|test)\/[\w./-]*\.(?:ts|yaml|md|mjs)\b/g),
  ].map(String);
  const named = files.filter((file) => !/NAME|FOLDER/.test(file));
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((file) => !existsSync(path.join(projectRoot, file)))).toEqual([]);
});

it('architecture.md names what is in those files', () => {
  const named = [...architecture.matchAll(/`([\w:, ]+)` in ((?:harness|kernels)\/[\w./-]+\.(?:ts|yaml))/g)];
  expect(named.length).toBeGreaterThan(15);
  for (const [, words = '', file = ''] of named) {
    for (const word of words.split(', ')) expect(read(file), `${file} has ${word}`).toContain(word);
  }
});

it.each([
  ['README.md', readme, '.'],
  ['docs/architecture.md', architecture, 'docs'],
])('links of %s lead somewhere', (_file, text, folder) => {
  const links = [...text.matchAll(/\]\(([^)#]+)[^)]*\)/g)].map(([, link = '']) => link);
  expect(links.length).toBeGreaterThan(0);
  expect(links.filter((link) => !existsSync(path.join(projectRoot, folder, link)))).toEqual([]);
});

it('the README tells every setting that the program reads, and no other', () => {
  const sources = readdirSync(path.join(projectRoot, 'harness'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => read(path.join('harness', file)));
  const settings = new Set(sources.flatMap((text) => [...text.matchAll(/HAZMAT_[A-Z_]+/g)].map(String)));
  settings.delete('HAZMAT_BENCHES_MAX'); // the old name of a setting, which is refused with the new one
  const told = rowsBelow(readme, 'Settings').map(([setting = '']) => setting.replaceAll('`', ''));
  expect(told.sort()).toEqual([...settings].sort());
});

it('the README tells the exit codes', () => {
  const told = rowsBelow(readme, 'Exit codes').map(([exitCode]) => Number(exitCode));
  expect(told).toEqual(Object.values(ExitCode));
});

it('the README’s first scenario is right', () => {
  const yaml = /```yaml\n([^]*?)```/.exec(readme)?.[1] ?? '';
  expect(parseScenario(yaml.replace(/^ {3}/gm, ''), 'first.yaml').steps).toHaveLength(5);
});

it('the license is there, in full, and the same as package.json says', () => {
  expect(read('LICENSE')).toMatch(/GNU GENERAL PUBLIC LICENSE\s+Version 2, June 1991/);
  expect(JSON.parse(read('package.json'))).toMatchObject({ license: 'GPL-2.0-only' });
});
