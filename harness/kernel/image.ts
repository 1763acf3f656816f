// SPDX-License-Identifier: GPL-2.0-only
// `image:BZIMAGE[,MODULES_DIR]`: a kernel that is built already. Its files are neither copied nor changed.

import { existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { UsageError } from '../host/errors.ts';
import { contentKey, fileHash } from '../host/key.ts';
import { entriesBelow } from '../host/walk.ts';
import { readBzImageVersion, versionOfBanner } from './bzimage.ts';
import type { Kernel } from './kernel.ts';

/**
 * The kernel of an image, with its modules if there are any.
 * @throws UsageError when the image is not a bzImage, or the modules are missing, of another release, or without
 * modules.dep.
 */
export async function resolveImage(spec: string, imagePath: string, modulesPath: string | undefined): Promise<Kernel> {
  const image = path.resolve(imagePath);
  if (!isFile(image)) throw new UsageError(`there is no kernel image ${imagePath}`);
  const banner = readBzImageVersion(image);
  const release = banner?.split(' ')[0];
  if (banner === undefined || release === undefined) {
    throw new UsageError(`${imagePath} is not a bzImage`, {
      hint: 'Give arch/x86/boot/bzImage of a built tree, or /boot/vmlinuz-RELEASE of a system.',
    });
  }
  const modules = modulesPath === undefined ? undefined : findModules(path.resolve(modulesPath), release, modulesPath);
  return {
    spec,
    label: path.basename(image),
    version: versionOfBanner(banner),
    release,
    image,
    modules,
    vmlinux: findVmlinux(image, release, modules),
    id: contentKey({ image: await fileHash(image), modules: modules === undefined ? null : treeState(modules) }),
    origin: modules === undefined ? image : `${image} with ${modules}`,
  };
}

/** MODULES_DIR may be the folder of the release or a tree that holds lib/modules/RELEASE. */
function findModules(folder: string, release: string, asWritten: string): string {
  if (!existsSync(folder)) throw new UsageError(`there is no modules folder ${asWritten}`);
  const places = [folder, path.join(folder, 'lib/modules', release), path.join(folder, 'usr/lib/modules', release)];
  const named = places.filter((place) => existsSync(place) && path.basename(place) === release);
  const [found] = named;
  if (found === undefined) {
    const releases = ['.', 'lib/modules', 'usr/lib/modules']
      .map((place) => path.join(folder, place))
      .filter((place) => path.basename(place) === 'modules' && existsSync(place))
      .flatMap((place) => readdirSync(place));
    const others = releases.length > 0 ? releases.join(' ') : path.basename(folder);
    throw new UsageError(`the image is ${release}, but the modules in ${asWritten} are of ${others}`, {
      hint: `Give the folder lib/modules/${release}, or the tree that holds it (INSTALL_MOD_PATH of make modules_install).`,
    });
  }
  if (!isFile(path.join(found, 'modules.dep'))) {
    throw new UsageError(`${found} has no modules.dep`, {
      hint: `Run depmod -b TREE ${release}, where TREE holds lib/modules/${release}.`,
    });
  }
  return found;
}

function findVmlinux(image: string, release: string, modules: string | undefined): string | undefined {
  const folder = path.dirname(image);
  const places = [path.join(folder, 'vmlinux'), path.join(folder, `vmlinux-${release}`)];
  if (/\/arch\/\w+\/boot$/.test(folder)) places.push(path.resolve(folder, '../../../vmlinux'));
  if (modules !== undefined) places.push(path.join(modules, 'vmlinux'), path.join(modules, 'build/vmlinux'));
  return places.find((file) => isFile(file));
}

/** Names, sizes and times of a modules folder; hashing every module would take seconds each time. */
function treeState(folder: string): [string, number, number][] {
  return entriesBelow(folder).map((name) => {
    const { size, mtimeMs } = lstatSync(path.join(folder, name));
    return [name, size, mtimeMs];
  });
}

function isFile(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isFile() === true;
}
