// SPDX-License-Identifier: GPL-2.0-only
// The tree of a suite: packages of one Debian release, with the suite built in it by that release's compiler, as an ext4 image that
// guests have as one more NVDIMM. It is kept by its content: packages, suite, scripts.

import { cpSync, mkdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { Cache } from '../host/cache.ts';
import { unpackDeb } from '../host/debian/deb.ts';
import type { ClosureQuestion } from '../host/debian/find-closure.ts';
import { findPackages } from '../host/debian/find-packages.ts';
import { InfraError } from '../host/errors.ts';
import { contentKey } from '../host/key.ts';
import { cacheRoot, projectRoot } from '../host/places.ts';
import { runProgram } from '../host/program.ts';
import { filesKey, filesOf } from './checkout.ts';
import type { SuiteTree } from './suite.ts';

/** A disk that guests have as one more NVDIMM. */
export interface SuiteImage {
  path: string;
  /** Changes with its content. */
  id: string;
  bytes: number;
}

export interface MakeImageOptions {
  signal?: AbortSignal | undefined;
  /** Called with what is being done, and with warnings (`warning: …`), one line each. */
  progress?: ((note: string) => void) | undefined;
}

/** Part of every key: to be raised when the image changes for the same input. */
const format = 1;

/** What images may take between runs, in bytes: four of 0.5 GiB. */
const most = 2 * 2 ** 30;

const ownFolder = path.join(projectRoot, 'harness/suite');
const imageScript = path.join(ownFolder, 'make-image.sh');
const imageName = 'suite.img';

function imageCache(): Cache {
  return new Cache(path.join(cacheRoot(), 'suites'));
}

/** At the end of a run: its images may be removed from now on, and the least recently used beyond the limit are. */
export function boundSuiteImages(): void {
  imageCache().release();
  imageCache().shrink(most);
}

/** The packages of a suite's tree, with those that it is built with. */
export function suiteQuestion(name: string, { suites, packages, build }: SuiteTree): ClosureQuestion {
  const file = path.join(cacheRoot(), 'suite-packages', `${name}.json`);
  const names = [...packages, ...build];
  return { set: `suite ${name}`, suites, names, what: `the programs of ${name}`, file };
}

/**
 * The image of a suite, made if it is not in the cache.
 * @throws InfraError when packages cannot be fetched, the suite does not build, or this user may make no tree
 */
export async function suiteImage(
  name: string,
  tree: SuiteTree,
  checkout: string,
  { signal, progress }: MakeImageOptions = {},
): Promise<SuiteImage> {
  const question = suiteQuestion(name, tree);
  const files = await filesOf(checkout, signal);
  const inputs = {
    format,
    files: filesKey(checkout, files),
    scripts: [imageScript, path.join(ownFolder, tree.script)].map((script) => readFileSync(script, 'utf8')),
    tree: { ...tree, buildOnly: tree.buildOnly.source },
  };
  const keyOf = (packages: readonly { name: string; version: string; sha256: string }[]): string =>
    `${name}-${contentKey([inputs, packages.map((pkg) => [pkg.name, pkg.version, pkg.sha256])])}`;
  const { packages, apt } = await findPackages(question, {
    warn: (text) => progress?.(`warning: ${text}`),
    isKept: (found) => imageCache().has(keyOf(found)),
    ...{ signal, progress },
  });
  const key = keyOf(packages);
  await imageCache().hold(key, signal);
  const folder = await imageCache().ensure(
    key,
    async (part) => {
      progress?.(`fetching the programs of ${name} (${packages.length} packages)`);
      const debs = await apt.download(packages, question.suites, key);
      const [build, run] = [path.join(part, 'build'), path.join(part, 'tree')];
      progress?.(`unpacking the programs of ${name}`);
      for (const [index, deb] of debs.entries()) {
        await unpackDeb(deb, build, signal);
        if (!tree.buildOnly.test(packages[index]?.name ?? '')) await unpackDeb(deb, run, signal);
      }
      apt.forget(key);
      for (const root of [build, run]) complete(root, tree);
      for (const file of files) {
        cpSync(path.join(checkout, file), path.join(build, 'suite', file), { verbatimSymlinks: true });
      }
      cpSync(path.join(ownFolder, tree.script), path.join(build, 'build.sh'));
      progress?.(`building ${name}`);
      await makeImage(name, part, signal);
      rmSync(build, { recursive: true });
      rmSync(run, { recursive: true });
    },
    signal,
  );
  const image = path.join(folder, imageName);
  return { path: image, id: key, bytes: statSync(image).size };
}

/** What the scripts of packages would have done. */
function complete(root: string, { links, texts, folders }: SuiteTree): void {
  for (const folder of folders) mkdirSync(path.join(root, folder), { recursive: true });
  for (const [name, target] of Object.entries(links)) {
    if (!existsSync(path.join(root, name))) symlinkSync(target, path.join(root, name));
  }
  for (const [name, text] of Object.entries(texts)) {
    mkdirSync(path.dirname(path.join(root, name)), { recursive: true });
    writeFileSync(path.join(root, name), text, { mode: 0o644 });
  }
}

/**
 * A command in a mount namespace of its own, and in a user namespace, too, where the user is not root. unshare(1) makes / and all mounts below
 * it private. In a chroot whose / is not a mount that fails, so there they stay as they are.
 *
 * @param mounts what /proc/self/mountinfo says
 */
export function withOwnMounts(argv: string[], uid: number, mounts: string): string[] {
  const isMount = mounts.split('\n').some((line) => line.split(' ')[4] === '/');
  const options = [...(uid === 0 ? [] : ['--map-root-user']), ...(isMount ? [] : ['--propagation', 'unchanged'])];
  return ['unshare', '--mount', ...options, '--', ...argv];
}

/** Builds the suite in its tree and makes the image. */
async function makeImage(name: string, part: string, signal: AbortSignal | undefined): Promise<void> {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8');
  const argv = withOwnMounts(['sh', imageScript, part, imageName], process.getuid?.() ?? 0, mounts);
  try {
    await runProgram(argv, { signal, env: { LC_ALL: 'C', PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
  } catch (error) {
    signal?.throwIfAborted();
    if (!(error instanceof InfraError)) throw error;
    throw new InfraError(`${name} could not be built: this needs root, or a kernel that lets users make namespaces`, {
      hint: error.hint ?? error.message,
      cause: error,
    });
  }
}
