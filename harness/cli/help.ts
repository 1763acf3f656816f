// SPDX-License-Identifier: GPL-2.0-only
// Parts of help texts that several commands share. Every line fits into 80 columns.

/** How kernels and series are written, for commands that take them. */
export const kernelHelp = `
Kernels:
  VERSION, debian:VERSION      newest stock Debian kernel of a line (6.12)
  source:VERSION               Debian's source of that line, built
  git:PATH@REF                 a commit of a git repository, built
  tree:PATH                    a source tree as it is, built outside of it
  tarball:FILE                 a source tarball, built
  image:BZIMAGE[,MODULES_DIR]  a kernel that is already built
  KERNEL+SERIES                any of these but image:, with patches on it
Series: a .patch, a folder, an mbox, a quilt series, git:PATH@A..B, b4:prep,
  b4:MESSAGE-ID, or the address of a mail or an mbox.gz; SERIES#N is its first
  N patches, SERIES#M-N and SERIES#M- those from M on, SERIES++SERIES one on
  top of another`;

/** What --config takes. */
export const configHelp = `
Config of kernels that are built: fragments of kernels/config (kasan, lockdep,
  debug-vm, ...), files with options, or one whole .config; several with commas`;

/** The exit codes at the end of a help text; what is not given has its usual meaning. */
export function exitCodesHelp(meanings: Partial<Record<0 | 1 | 2, string>> = {}): string {
  const { 0: ok, 1: unexpected, 2: usage } = meanings;
  return `
Exit codes:
  0    ${ok ?? 'all as expected'}
  1    ${unexpected ?? 'unexpected kernel behavior'}
  2    ${usage ?? 'usage error, or no kernel could be built'}
  3    infrastructure error
  130  interrupted`;
}

/** `kernel (default: 6.12)` */
export function withDefault(description: string, value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? `${description} (default: ${value})` : description;
}
