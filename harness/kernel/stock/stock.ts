// SPDX-License-Identifier: GPL-2.0-only
// Finds the stock kernels among the packages of a Debian index, and the packages that make up each. Pure.

import { z } from 'zod';
import { debianPackageSchema, dependencyNames, type DebianPackage } from '../../host/debian/package-index.ts';

/** A stock kernel as Debian packages it. */
export const stockKernelSchema = z.object({
  /** The package that holds the image. */
  name: z.string(),
  /** Debian version. */
  version: z.string(),
  suite: z.string(),
  /** Signed for Secure Boot or not: the same code either way. */
  signed: z.boolean(),
  /** Every package that must be unpacked. */
  payload: z.array(debianPackageSchema),
  /** Whether the suites have the source of its line: without it nothing can be built for the line. */
  hasSource: z.boolean(),
});

export type StockKernel = z.infer<typeof stockKernelSchema>;

/** Names of all packages that can be part of a stock kernel, and of the sources of the lines. */
export const stockNames = /^linux-(?:(?:image|binary|modules|base)-.*amd64|source-\d+\.\d+$)/;

/** The package that holds the source of a line. */
export function sourcePackage(line: string): string {
  return `linux-source-${line}`;
}

// Only the plain flavour: rt and cloud put a word between the version and amd64. The ABI may hold a number: 5.10.0-30.
const abi = String.raw`\d[\w.+~]*(?:-\d[\w.]*)?`;
const imageName = new RegExp(`^linux-image-(${abi})-amd64(-unsigned)?$`);
const binaryName = new RegExp(`^linux-binary-(unsigned-)?(${abi})-amd64$`);

/** The upstream version in a Debian version, as git tags write it: `7.3~rc7-1~exp1` is `7.3-rc7`. */
export function upstreamVersion(version: string): string {
  return version.replace(/-[^-]*$/, '').replace('~', '-');
}

/**
 * The stock kernels of a line (`6.12`) or of one release (`6.12.107`) among the packages, signed ones first.
 * Up to 6.18 a linux-image package holds everything; from 6.19 on it holds nothing, and linux-binary, linux-modules and
 * linux-base of the same name and version hold the parts.
 */
export function stockKernels(packages: readonly DebianPackage[], wanted: string): StockKernel[] {
  const found: StockKernel[] = [];
  const hasSource = hasSourceOf(packages, lineOf(wanted));
  for (const pkg of packagesOf(packages, wanted)) {
    const { name, version, suite } = pkg;
    const image = imageName.exec(name);
    const binary = binaryName.exec(name);
    if (image !== null && holdsItsImage(pkg)) {
      found.push({ name, version, suite, signed: image[2] === undefined, payload: [pkg], hasSource });
    } else if (binary !== null) {
      const parts = partsOf(packages, pkg);
      if (parts.missing.length > 0) continue;
      const payload = [pkg, ...parts.present];
      found.push({ name, version, suite, signed: binary[1] === undefined, payload, hasSource });
    }
  }
  return found.sort((a, b) => Number(b.signed) - Number(a.signed));
}

/** Whether the packages hold the source of a line (`6.12`). */
export function hasSourceOf(packages: readonly DebianPackage[], line: string): boolean {
  return packages.some(({ name }) => name === sourcePackage(line));
}

/** The line of an upstream version: of `6.12.107` and `6.12-rc3` it is `6.12`. */
export function lineOf(version: string): string {
  return version.split(/[.-]/).slice(0, 2).join('.');
}

/**
 * A sentence for each kernel that lacks a part. That happens: the archive drops linux-modules and linux-base with their
 * source package, but keeps linux-image and linux-binary, which another source package builds.
 */
export function incompleteKernels(packages: readonly DebianPackage[], wanted: string): string[] {
  return packagesOf(packages, wanted)
    .filter(({ name }) => binaryName.test(name))
    .map((pkg) => ({ pkg, missing: partsOf(packages, pkg).missing }))
    .filter(({ missing }) => missing.length > 0)
    .map(({ pkg, missing }) => `${pkg.suite} has ${pkg.name}, but no longer ${missing.join(' and ')}.`);
}

function packagesOf(packages: readonly DebianPackage[], wanted: string): DebianPackage[] {
  return packages.filter(({ version }) => isOf(upstreamVersion(version), wanted));
}

/** The other packages that a linux-binary needs, of the same version and suite. */
function partsOf(
  packages: readonly DebianPackage[],
  binary: DebianPackage,
): { present: DebianPackage[]; missing: string[] } {
  const abiName = binaryName.exec(binary.name)?.[2] ?? '';
  const names = ['modules', 'base'].map((kind) => `linux-${kind}-${abiName}-amd64`);
  const present = names
    .map((name) =>
      packages.find((pkg) => pkg.name === name && pkg.version === binary.version && pkg.suite === binary.suite),
    )
    .filter((pkg) => pkg !== undefined);
  return { present, missing: names.filter((name) => !present.some((pkg) => pkg.name === name)) };
}

/** A linux-image package that depends on another image or on linux-binary is empty. */
function holdsItsImage(pkg: DebianPackage): boolean {
  return !dependencyNames(pkg.depends).some((name) => /^linux-(image|binary)-/.test(name));
}

function isOf(upstream: string, wanted: string): boolean {
  return upstream === wanted || upstream.startsWith(`${wanted}.`) || upstream.startsWith(`${wanted}-rc`);
}
