// SPDX-License-Identifier: GPL-2.0-only
// The shape of the sources in numbers: files per folder, their size, how many have a test of their own, repeated reasons in
// scenarios, and what the checks find. The tools read the configuration in the checkout that is measured.
//   npx tsx bench/shape.ts [CHECKOUT]

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { parse } from 'yaml';
import { z } from 'zod';
import { groupBy } from '../harness/host/group-by.ts';
import { projectRoot } from '../harness/host/places.ts';

const [root = projectRoot] = process.argv.slice(2);
const bin = path.join(projectRoot, 'node_modules/.bin');

const sources = filesBelow('harness', /\.(?:ts|c|h)$/);
const programs = sources.filter((file) => file.endsWith('.ts'));
const lines = new Map(programs.map((file) => [file, lineCount(file)]));

print('files per folder of harness/');
for (const [folder, files] of groupBy(sources, (file) => path.dirname(file)))
  print(`  ${folder.padEnd(28)} ${files.length}`);

const [largest = '', most = 0] = [...lines].sort(([, a], [, b]) => b - a)[0] ?? [];
const all = [...lines.values()].reduce((sum, count) => sum + count, 0);
print(
  `${programs.length} TypeScript files, mean ${Math.round(all / programs.length)} lines, largest ${largest} ${most} lines`,
);

const tested = programs.filter((file) => existsSync(path.join(root, testOf(file))));
const share = Math.round((100 * tested.length) / programs.length);
print(`${tested.length} of ${programs.length} (${share} %) have a test at the mirrored path`);
print(`${await testsIn('test/run/evidence')} tests in test/run/evidence*.test.ts`);

const reasons = filesBelow('scenarios', /\.yaml$/).flatMap((file) => reasonsIn(parse(read(file))));
const copies = [...groupBy(reasons, (reason) => reason)].map(([reason, { length }]) => ({ reason, count: length }));
const repeated = copies.filter(({ count }) => count > 1).sort((a, b) => b.count - a.count);
print(
  `${reasons.length} \`because:\` in scenarios/, ${copies.length} sentences, ${repeated.length} of them more than once`,
);
for (const { reason, count } of repeated.slice(0, 10)) print(`  ${String(count).padStart(3)} ${reason}`);

print(`${await deadExports()} dead exports (knip)`);
print(`${(await output('prettier', ['--list-different', '.'])).length} files that prettier would change`);
const findings = await output('cspell', ['lint', '--no-progress', '--no-summary', '.']);
const plain = findings.filter((line) => line.includes('Forbidden word')).length;
print(`${findings.length} findings of the spelling check, ${plain} of them words that have a plain one`);

function print(text: string): void {
  console.log(text);
}

function read(file: string): string {
  return readFileSync(path.join(root, file), 'utf8');
}

function lineCount(file: string): number {
  return read(file).trimEnd().split('\n').length;
}

function testOf(file: string): string {
  return file.replace(/^harness\//, 'test/').replace(/\.ts$/, '.test.ts');
}

/** Every `because` in a parsed YAML file, at any depth. */
function reasonsIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, below]: [string, unknown]) =>
    key === 'because' && typeof below === 'string' ? [below.trim()] : reasonsIn(below),
  );
}

/** The lines that a tool prints; that it finds something is no failure. */
async function output(tool: string, args: readonly string[]): Promise<string[]> {
  const { stdout } = await execa(path.join(bin, tool), args, { cwd: root, reject: false });
  return stdout.split('\n').filter((line) => line !== '');
}

/** Paths from the checkout, sorted. */
function filesBelow(folder: string, pattern: RegExp): string[] {
  const names = readdirSync(path.join(root, folder), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => pattern.test(name))
    .map((name) => path.join(folder, name))
    .sort();
}

/** How many tests the files that begin with a path have; none without such files. */
async function testsIn(prefix: string): Promise<number> {
  const named = filesBelow('test', /\.test\.ts$/).some((file) => file.startsWith(prefix));
  return named ? (await output('vitest', ['list', '--project', 'fast', prefix])).length : 0;
}

async function deadExports(): Promise<number> {
  const name = z.object({ name: z.string() });
  const schema = z.object({ issues: z.array(z.object({ exports: z.array(name), types: z.array(name) })) });
  const text = await output('knip', ['--include', 'exports,types', '--reporter', 'json', '--no-exit-code']);
  const { issues } = schema.parse(JSON.parse(text.join('\n')));
  return issues.reduce((sum, { exports, types }) => sum + exports.length + types.length, 0);
}
