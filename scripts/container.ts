// SPDX-License-Identifier: GPL-2.0-only
// npm run container: builds the image of the Containerfile with podman, and tries its entry point. `-- --debootstrap` makes the base image
// from the mirror of this machine (as root), where no registry can be reached; other options go to podman build, each as one word. With
// BUILDAH_ISOLATION=chroot the entry point is tried in a chroot, where no container can be run.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { execa } from 'execa';
import { findMirror } from '../harness/host/debian/apt-mirror.ts';
import { projectRoot } from '../harness/host/places.ts';
import { projectVersion } from '../harness/host/project-version.ts';

const image = 'localhost/hazmat';
const base = 'localhost/hazmat-base';
const release = 'trixie';

const show = execa({ stdio: 'inherit', cwd: projectRoot });

/** Makes a minimal Debian and imports it as an image. */
async function importBase(): Promise<void> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-base-'));
  const root = path.join(folder, 'root');
  const archive = path.join(folder, 'root.tar');
  try {
    const { main } = await findMirror();
    await show('debootstrap', ['--variant=minbase', release, root, main]);
    await show('tar', ['--one-file-system', '-C', root, '-cf', archive, '.']);
    await show('podman', ['import', archive, base]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What a command prints in a new container of the image. */
async function inContainer(...words: string[]): Promise<string> {
  return (await execa('podman', ['run', '--rm', ...runOptions, image, ...words])).stdout;
}

/** The same in a chroot. */
async function inChroot(...words: string[]): Promise<string> {
  const format = '{{range .OCIv1.Config.Entrypoint}}{{println .}}{{end}}';
  const { stdout: entry } = await execa('buildah', ['inspect', '--type', 'image', '--format', format, image]);
  const { stdout: container } = await execa('buildah', ['from', '--pull=never', ...runOptions, image]);
  try {
    const command = [...entry.split('\n').filter(Boolean), ...words];
    return (await execa('buildah', ['run', '--isolation', 'chroot', container, '--', ...command])).stdout;
  } finally {
    await execa('buildah', ['rm', container]);
  }
}

const words = process.argv.slice(2);
const ownBase = words.includes('--debootstrap');
const buildOptions = words.filter((word) => word !== '--debootstrap');
/** What this machine asks of each container. */
const runOptions = buildOptions.filter((word) => /^--(?:network|ulimit)=/.test(word));

if (ownBase) await importBase();
const fromBase = ownBase ? ['--build-arg', `BASE=${base}`, '--pull=never'] : [];
await show('podman', ['build', '--tag', image, ...fromBase, ...buildOptions, '.']);
const run = process.env.BUILDAH_ISOLATION === 'chroot' ? inChroot : inContainer;
const version = await run('--version');
if (version !== projectVersion()) throw new Error(`the image has version ${version}, not ${projectVersion()}`);
console.log(await run('doctor', '--build'));
console.log(`${image}: hazmat ${version}`);
