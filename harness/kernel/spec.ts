// SPDX-License-Identifier: GPL-2.0-only
// Parses what a person writes after --kernel. Pure.

import { UsageError } from '../host/errors.ts';

/** A source that a kernel is built from. */
export type BaseSpec =
  | { kind: 'source'; line: string; version: string }
  | { kind: 'git'; path: string; ref: string }
  | { kind: 'tree'; path: string }
  | { kind: 'tarball'; file: string };

/** What is applied to a source: series on top of each other, of the last one perhaps only a part. */
export interface SeriesSpec {
  /** In the order in which they are applied. Each is a path, `git:PATH@A..B`, `b4:MESSAGE-ID`, ... */
  words: string[];
  /** Which patches of the last series, counted from 1; undefined: all. */
  part: PatchRange | undefined;
}

/** `#3` is 1 to 3, `#2-` is 2 to the last, `#2-3` is 2 and 3. */
export interface PatchRange {
  from: number;
  /** Undefined: the last. */
  to: number | undefined;
}

/** What stands between two series of a kernel spec. A message-id or a path may have a single +. */
const onTop = '++';

/** A kernel spec with one more series on it. */
export function withSeries(spec: string, series: string): string {
  return `${spec}${spec.includes('+') ? onTop : '+'}${series}`;
}

export type KernelSpec =
  | {
      kind: 'debian';
      /** The line: `6.12`. */
      line: string;
      /** The line, or a release of it (`6.12.107`, `7.3-rc7`). */
      version: string;
      series: SeriesSpec | undefined;
    }
  | { kind: 'built'; base: BaseSpec; series: SeriesSpec | undefined }
  | { kind: 'image'; image: string; modules: string | undefined };

/**
 * Parses a kernel spec in any of its forms.
 * @param lines of the catalog
 * @throws UsageError that lists the forms and the lines.
 */
export function parseKernelSpec(spec: string, lines: readonly string[]): KernelSpec {
  const image = /^image:([^,]+)(?:,(.+))?$/.exec(spec);
  if (image?.[1] !== undefined) return { kind: 'image', image: image[1], modules: image[2] };
  const plus = spec.indexOf('+');
  const base = plus === -1 ? spec : spec.slice(0, plus);
  const series = plus === -1 ? undefined : parseSeries(spec.slice(plus + 1), spec, lines);
  const tree = /^tree:(.+)$/.exec(base)?.[1];
  if (tree !== undefined) return { kind: 'built', base: { kind: 'tree', path: tree }, series };
  const tarball = /^tarball:(.+)$/.exec(base)?.[1];
  if (tarball !== undefined) return { kind: 'built', base: { kind: 'tarball', file: tarball }, series };
  if (base.startsWith('git:')) {
    const [, path, ref] = /^git:(.+)@([^@]+)$/.exec(base) ?? [];
    if (path === undefined || ref === undefined || ref.includes('..')) throw unknown(spec, lines);
    return { kind: 'built', base: { kind: 'git', path, ref }, series };
  }
  const [, kind = 'debian', version, line] = /^(?:(debian|source):)?v?((\d+\.\d+)(?:\.\d+|-rc\d+)?)$/.exec(base) ?? [];
  if (version === undefined || line === undefined) throw unknown(spec, lines);
  if (!lines.includes(line)) {
    throw new UsageError(`there is no stock kernel ${line} in the catalog`, { hint: kernelForms(lines) });
  }
  return kind === 'source'
    ? { kind: 'built', base: { kind: 'source', line, version }, series }
    : { kind: 'debian', line, version, series };
}

function parseSeries(text: string, spec: string, lines: readonly string[]): SeriesSpec {
  const { whole, part } = splitPart(text);
  const words = whole.split(onTop);
  if (words.includes('')) throw unknown(spec, lines);
  return { words, part };
}

/** A series as a person writes it, without and with the part of it that is named at its end. */
export function splitPart(text: string): { whole: string; part: PatchRange | undefined } {
  const [, whole = '', from, dash, to] = /^(.+?)#([1-9]\d*)(?:(-)([1-9]\d*)?)?$/.exec(text) ?? [];
  if (from === undefined) return { whole: text, part: undefined };
  const [low, high] = dash === undefined ? ['1', from] : [from, to];
  return { whole, part: { from: Number(low), to: high === undefined ? undefined : Number(high) } };
}

/** As it is written after a series: `#3`, `#2-`, `#2-3`. */
export function partWord({ from, to }: PatchRange): string {
  if (to === undefined) return `#${from}-`;
  return from === 1 ? `#${to}` : `#${from}-${to}`;
}

function unknown(spec: string, lines: readonly string[]): UsageError {
  return new UsageError(`'${spec}' is not a kernel`, { hint: kernelForms(lines) });
}

/** The forms of a kernel spec, for help and errors. */
export function kernelForms(lines: readonly string[]): string {
  return [
    'debian:VERSION, or just VERSION     the newest stock Debian kernel of that line',
    `                                    lines: ${lines.join(' ')}`,
    'source:VERSION                      Debian’s source of that line, built with the config fragments of kernels/config',
    'git:PATH@REF                        a commit of a git repository, built',
    'tree:PATH                           a work tree as it is, built; nothing is written there',
    'tarball:FILE                        a kernel’s source in a .tar, .tar.xz, .tar.gz or .tar.zst, built',
    'image:BZIMAGE[,MODULES_DIR]         a kernel that is built already',
    'All but image: take +SERIES: a .patch, a folder of them, an mbox, a quilt series, git:PATH@A..B, b4:prep,',
    'b4:MESSAGE-ID or the address of a mail; +SERIES#N takes its first N patches, +SERIES#M-N or +SERIES#M- those from M on,',
    '+SERIES++SERIES puts one on another.',
    'debian:VERSION+SERIES builds only the modules that the series touches.',
  ].join('\n');
}
