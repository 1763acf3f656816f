// SPDX-License-Identifier: GPL-2.0-only
// Reads the Kconfig files of a kernel tree for x86, far enough to say whether this version has an option, what it depends on
// and who selects it (Documentation/kbuild/kconfig-language.rst). It decides no value: `make olddefconfig` does.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { InfraError } from '../../host/errors.ts';
import { KconfigFile, type Block } from './kconfig-file.ts';
import type { Definition, Kconfig, Selector } from './kconfig-model.ts';

/**
 * Reads the Kconfig files of a tree, beginning at the top one.
 * @param tree folder of the source
 * @throws InfraError naming file and line of what cannot be read.
 */
export function readKconfig(tree: string): Kconfig {
  const options = new Map<string, Definition[]>();
  const selectors = new Map<string, Selector[]>();
  let files = 0;
  const blocks: Block[] = [];

  const read = (file: string, from: string): void => {
    const place = path.join(tree, file);
    if (!existsSync(place)) throw new InfraError(`there is no ${file}`, { at: from, hint: `The tree is ${tree}.` });
    files += 1;
    new KconfigFile(file, readFileSync(place, 'utf8'), { blocks, options, selectors, read }).read();
  };
  read('Kconfig', tree);
  return { options, selectors, files };
}
