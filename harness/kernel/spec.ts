// SPDX-License-Identifier: GPL-2.0-only
// What a person may write after --kernel. Pure.

import { UsageError } from '../host/errors.ts';

export type KernelSpec =
  | {
      kind: 'debian';
      /** The line: `6.12`. */
      line: string;
      /** What was asked for: the line, or a point release of it (`6.12.107`, `7.3-rc7`). */
      version: string;
      /** What is to be applied to it: a path, or `git:PATH@A..B`. */
      series: string | undefined;
    }
  | { kind: 'image'; image: string; modules: string | undefined };

/**
 * Reads `debian:VERSION`, a bare `VERSION`, either with `+SERIES`, or `image:BZIMAGE[,MODULES_DIR]`.
 * @throws UsageError that lists the forms and the lines that can be had.
 */
export function parseKernelSpec(spec: string, lines: readonly string[]): KernelSpec {
  const image = /^image:([^,]+)(?:,(.+))?$/.exec(spec);
  if (image?.[1] !== undefined) return { kind: 'image', image: image[1], modules: image[2] };
  const debian = /^(?:debian:)?v?((\d+\.\d+)(?:\.\d+|-rc\d+)?)(?:\+(.+))?$/.exec(spec);
  if (debian?.[1] === undefined || debian[2] === undefined) {
    throw new UsageError(`'${spec}' is not a kernel`, { hint: kernelForms(lines) });
  }
  const [, version, line, series] = debian;
  if (!lines.includes(line)) {
    throw new UsageError(`there is no stock kernel ${line} in the catalogue`, { hint: kernelForms(lines) });
  }
  return { kind: 'debian', line, version, series };
}

/** The forms a kernel can be written in, for help and errors. */
export function kernelForms(lines: readonly string[]): string {
  return [
    'debian:VERSION, or VERSION alone    the newest stock Debian kernel of that line',
    `                                    lines: ${lines.join(' ')}`,
    'debian:VERSION+SERIES              the same with patches: a file, a folder, an mbox, git:PATH@A..B',
    'image:BZIMAGE[,MODULES_DIR]         a kernel that is built already',
  ].join('\n');
}
