// SPDX-License-Identifier: GPL-2.0-only
// Parses the output of make and the compiler (make --output-sync=target): which objects were built, the warnings of each,
// and the first errors.

import { existsSync } from 'node:fs';
import path from 'node:path';

/** An error of the compiler, with its place in the source. */
export interface Diagnostic {
  /** Below the tree. */
  file: string;
  line: number;
  /** The message, the place and the lines that show it. */
  text: string;
}

const objectLine = /^\s+(?:CC|AS|LD|AR)\s+(?:\[M\]\s+)?(\S+\.(?:o|ko|a))$/;
const place = /^([\w@%+=,./-]+?):(\d+)(?::\d+)?: (fatal error|error|warning): (.*)$/;
/** Errors of linker, modpost and objtool: they are in the code, too, but have no line. */
const notCompiled = /^ERROR: modpost: |: (undefined reference to|multiple definition of) |: error: objtool: /;
/** Lines of the end of the output that are kept, for a failure without an error of the compiler. */
const keptLines = 40;

/** What one run of make printed, line by line. */
export class BuildOutput {
  /** How many objects were built. */
  objects = 0;
  failed = false;
  readonly errors: Diagnostic[] = [];
  /** Warnings by object, without line numbers, so that two builds can be compared. */
  readonly warnings = new Map<string, string[]>();
  readonly #tree: string;
  readonly #folder: string;
  readonly #onObject: ((object: string, count: number) => void) | undefined;
  #object = '';
  #context: string[] = [];
  #open: Diagnostic | undefined;
  readonly #tail: string[] = [];

  /**
   * @param onObject called for each object that is built
   * @param folder of `make M=`, below the tree. From 6.13 on make enters it (top Makefile), and names files relative to it.
   */
  constructor(tree: string, onObject?: (object: string, count: number) => void, folder = '') {
    this.#tree = tree;
    this.#folder = folder;
    this.#onObject = onObject;
  }

  /** Parses one line of output. */
  take(line: string): void {
    this.#tail.push(line);
    if (this.#tail.length > keptLines) this.#tail.shift();
    const built = objectLine.exec(line)?.[1];
    if (built !== undefined) {
      const object = built.startsWith(`${this.#folder}/`) ? built : path.posix.join(this.#folder, built);
      this.#object = object;
      this.objects++;
      this.warnings.set(object, []);
      this.#open = undefined;
      this.#onObject?.(object, this.objects);
      return;
    }
    const [, file, number, kind, message] = place.exec(line) ?? [];
    if (file !== undefined && kind !== undefined) {
      const diagnostic = {
        file: this.#below(file),
        line: Number(number),
        text: [...this.#context, this.#plain(line)].join('\n'),
      };
      this.#context = [];
      this.#open = undefined;
      if (kind === 'warning') {
        const all = this.warnings.get(this.#object) ?? [];
        this.warnings.set(this.#object, [...all, `${diagnostic.file}: ${message ?? ''}`]);
      } else {
        this.errors.push(diagnostic);
        this.#open = diagnostic;
      }
    } else if (notCompiled.test(line)) {
      this.errors.push({ file: '', line: 0, text: line.trim() });
    } else if (/^\S+: In function /.test(line)) {
      this.#context = [this.#plain(line)];
    } else if (/^\s+\d* *\|/.test(line) && this.#open !== undefined) {
      this.#open.text += `\n${line}`;
    } else this.#open = undefined;
  }

  /** The first errors, with how many more there are; the end of the output when no error was recognized. */
  explain(): string {
    const [shown, more] = [this.errors.slice(0, 3), this.errors.length - 3];
    if (shown.length === 0) return this.#tail.slice(-15).join('\n').trim();
    return [...shown.map(({ text }) => text), ...(more > 0 ? [`and ${more} more errors`] : [])].join('\n');
  }

  #plain(line: string): string {
    const [, file = ''] = /^([^\s:]+):/.exec(line) ?? [];
    return file === '' ? line : this.#below(file) + line.slice(file.length);
  }

  /** A path below the tree; out of tree, the compiler names files relative to the folder of the objects. */
  #below(file: string): string {
    if (this.#folder !== '' && !existsSync(path.resolve(this.#tree, file))) {
      const inFolder = path.posix.join(this.#folder, file);
      if (existsSync(path.join(this.#tree, inFolder))) return inFolder;
    }
    const below = path.relative(this.#tree, path.resolve(this.#tree, file));
    return below.startsWith('..') ? file.replace(/^(\.\.\/)+tree\//, '') : below;
  }
}
