// SPDX-License-Identifier: GPL-2.0-only
// The program as one file of JavaScript. Node takes 0.3 s to start it; from the 400 TypeScript files that it is made of, 1.3 s. It is
// compiled when a source has changed, which takes a second, and kept in node_modules.

import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const kept = path.join(root, 'node_modules/.cache/hazmat');

/** Where a package has it (scripts/package.mjs). npm never packs package-lock.json, so that file means a checkout. */
export const packaged = path.join(root, 'dist/hazmat.mjs');

function isPackage() {
  return !existsSync(path.join(root, 'package-lock.json'));
}

/** Compiled programs that are kept: two versions of the sources in turn are not compiled each time. */
const keptPrograms = 4;

/**
 * The file to import. Undefined where it cannot be kept: in a checkout that this user may not write to.
 * @returns {Promise<string | undefined>}
 */
export async function compiledProgram() {
  if (isPackage()) return packaged;
  const folder = path.join(kept, keyOf(sources()));
  const program = path.join(folder, 'hazmat.mjs');
  if (existsSync(program)) return program;
  // Two that start at once each compile into a folder of their own. Whichever is renamed first stays.
  const part = path.join(kept, `.part.${process.pid}`);
  try {
    mkdirSync(part, { recursive: true });
    try {
      await compile(path.join(part, 'hazmat.mjs'));
      if (!existsSync(folder)) renameSync(part, folder);
    } finally {
      rmSync(part, { recursive: true, force: true });
    }
    forgetOld();
  } catch (error) {
    if (!existsSync(program) && !isRefused(error)) throw error;
  }
  return existsSync(program) ? program : undefined;
}

/** Compiles the program into one file, with the packages that it uses. */
export async function compile(outfile) {
  const { build } = await import('esbuild');
  await build({
    entryPoints: [path.join(root, 'harness/cli/main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // They find programs and native parts next to themselves, and few commands need them.
    external: ['esbuild', 'ssh2', '@pnpm/tabtab'],
    // Packages in CommonJS.
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    // A stack in results/ names the line of the source.
    sourcemap: 'linked',
    sourcesContent: false,
    logLevel: 'silent',
  });
}

/** All that the program is compiled from. The lock file that npm leaves stands for the packages. */
function sources() {
  const found = readdirSync(path.join(root, 'harness'), { recursive: true, encoding: 'utf8' });
  return [
    ...found.filter((name) => name.endsWith('.ts')).map((name) => path.join('harness', name)),
    'bin/compiled.mjs',
    'package.json',
    'node_modules/.package-lock.json',
  ].sort();
}

function keyOf(files) {
  const hash = createHash('sha1');
  for (const file of files) {
    const stat = statSync(path.join(root, file), { throwIfNoEntry: false });
    hash.update(`${file} ${stat?.size} ${stat?.mtimeMs} ${stat?.ino}\n`);
  }
  return hash.digest('hex').slice(0, 20);
}

/** A program that runs was read when it started. */
function forgetOld() {
  const folders = readdirSync(kept)
    .filter((name) => !name.startsWith('.'))
    .map((name) => path.join(kept, name))
    .map((folder) => ({ folder, made: statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0 }))
    .sort((a, b) => b.made - a.made);
  for (const { folder } of folders.slice(keptPrograms)) rmSync(folder, { recursive: true, force: true });
}

function isRefused(error) {
  return ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'EDQUOT', 'EEXIST', 'ENOTDIR', 'ENOTEMPTY'].includes(error.code);
}
