// SPDX-License-Identifier: GPL-2.0-only
// Which functions of a base a series changes, and whether that is all that it changes. Pure.

import { isOutsideKernel } from '../series/touched-modules.ts';
import { SourceFile } from './users.ts';
import { withoutComments } from './definitions.ts';

/** A file before and after a series; undefined where it is not there. */
export interface ChangedFile {
  path: string;
  before: string | undefined;
  after: string | undefined;
  /** Numbers of lines, from 1: removed ones of `before`, added ones of `after`. */
  removed: number[];
  added: number[];
}

export interface ChangedFunctions {
  /** Functions of the base, each with its file. */
  functions: { file: string; name: string }[];
  /** What else changes, each a sentence. */
  others: string[];
}

/** What changes no code of the kernel: a declaration of a function that is defined here, and what makes a symbol visible to modules. */
const declaration = /^(?:\w[\w\s*]*\b)?(\w+)\s*\([^;{}]*\)\s*;\s*$/;
const exported = /^EXPORT_SYMBOL\w*\s*\(.*\)\s*;?\s*$/;

/** @param isElsewhere whether the kernel has a function of this name, so that a new one of the name may take its place */
export function changedFunctions(
  files: readonly ChangedFile[],
  isElsewhere: (name: string) => boolean,
): ChangedFunctions {
  const functions = new Map<string, { file: string; name: string }>();
  const others: string[] = [];
  for (const file of files) {
    const { path, before, after } = file;
    if (isOutsideKernel(path)) continue;
    if (before === undefined || after === undefined) {
      others.push(`${path} is ${before === undefined ? 'new' : 'removed'}`);
      continue;
    }
    const changed = [
      { text: before, lines: file.removed, source: new SourceFile(before) },
      { text: after, lines: file.added, source: new SourceFile(after) },
    ] as const;
    const [old, now] = changed;
    const isDefined = (name: string, { source }: { source: SourceFile }): boolean =>
      source.definitions.some((one) => one.kind === 'function' && one.name === name);
    for (const side of changed) {
      const plain = withoutComments(side.text).split('\n');
      for (const line of side.lines) {
        const text = plain[line - 1] ?? '';
        if (/^\s*$/.test(text)) continue;
        if (!path.endsWith('.c')) {
          others.push(`${path} is ${path.endsWith('.h') ? 'a header' : 'no C file'}`);
          break;
        }
        const within = side.source.definitions.find(({ first, last }) => first <= line && line <= last);
        const declared = declaration.exec(text)?.[1];
        if (within?.kind === 'function') {
          const { name } = within;
          if (isDefined(name, old)) functions.set(`${path} ${name}`, { file: path, name });
          else if (isElsewhere(name)) others.push(`${path} defines ${name}(), which the kernel has elsewhere`);
        } else if (within !== undefined) {
          others.push(`${path}:${line} is of the macro ${within.name}`);
        } else if (
          exported.test(text) ||
          (declared !== undefined && (isDefined(declared, now) || isDefined(declared, old)))
        ) {
          continue;
        } else others.push(`${path}:${line} is of no function: ${text.trim()}`);
      }
    }
  }
  return { functions: [...functions.values()], others: [...new Set(others)] };
}
