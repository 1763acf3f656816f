// SPDX-License-Identifier: GPL-2.0-only
// A small Debian archive in a folder, for tests: packages made with dpkg-deb, indexes with their hashes, unsigned.

import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { runProgram } from '../../harness/host/program.ts';

export interface TestPackage {
  name: string;
  version: string;
  depends?: string;
  /** Path in the package -> content. */
  files: Record<string, string | Buffer>;
}

/** Makes one .deb and returns its path. The same package has the same content whenever it is made. */
export async function makeDeb(folder: string, pkg: TestPackage): Promise<string> {
  const tree = path.join(folder, `tree-${pkg.name}-${pkg.version}`);
  mkdirSync(path.join(tree, 'DEBIAN'), { recursive: true });
  const control = [
    `Package: ${pkg.name}`,
    `Version: ${pkg.version}`,
    'Architecture: amd64',
    'Maintainer: Test <t@example>',
  ];
  if (pkg.depends !== undefined) control.push(`Depends: ${pkg.depends}`);
  writeFileSync(path.join(tree, 'DEBIAN/control'), [...control, 'Description: test', ''].join('\n'));
  for (const [name, content] of Object.entries(pkg.files)) {
    mkdirSync(path.dirname(path.join(tree, name)), { recursive: true });
    writeFileSync(path.join(tree, name), content);
  }
  const deb = path.join(folder, `${pkg.name}_${pkg.version}_amd64.deb`);
  await runProgram(['dpkg-deb', '--root-owner-group', '-b', tree, deb], { env: { SOURCE_DATE_EPOCH: '1000000000' } });
  return deb;
}

/** Puts packages into `root/dists/SUITE` and `root/pool`; returns the paths of the .debs. */
export async function makeArchive(root: string, suite: string, packages: readonly TestPackage[]): Promise<string[]> {
  const pool = path.join(root, 'pool');
  const binary = path.join(root, 'dists', suite, 'main/binary-amd64');
  mkdirSync(pool, { recursive: true });
  mkdirSync(binary, { recursive: true });
  const debs: string[] = [];
  const stanzas: string[] = [];
  for (const pkg of packages) {
    const deb = await makeDeb(pool, pkg);
    debs.push(deb);
    const depends = pkg.depends === undefined ? '' : `Depends: ${pkg.depends}\n`;
    stanzas.push(
      `Package: ${pkg.name}\nVersion: ${pkg.version}\nArchitecture: amd64\nMaintainer: Test <t@example>\n${depends}` +
        `Filename: pool/${path.basename(deb)}\nSize: ${statSync(deb).size}\nSHA256: ${sha256(deb)}\nDescription: test\n`,
    );
  }
  const index = path.join(binary, 'Packages');
  writeFileSync(index, stanzas.join('\n'));
  writeFileSync(
    path.join(root, 'dists', suite, 'Release'),
    `Suite: ${suite}\nCodename: ${suite}\nDate: ${new Date().toUTCString()}\nArchitectures: amd64\nComponents: main\n` +
      `SHA256:\n ${sha256(index)} ${statSync(index).size} main/binary-amd64/Packages\n`,
  );
  return debs;
}

function sha256(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}
