// SPDX-License-Identifier: GPL-2.0-only
// The files that a cell leaves in its folder; results/README.md lists them.

import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { CrashReport } from '../verdict/kernel-log.ts';
import type { KernelRecord } from '../verdict/log-line.ts';
import { symbolize } from '../verdict/symbolize.ts';
import { DmesgFile } from './dmesg-file.ts';
import { cutText } from './excerpt.ts';
import { evidenceFiles } from './evidence.ts';

export const cellFiles = {
  ...evidenceFiles,
  console: 'console.log',
  command: 'qemu.txt',
  hang: 'hang.txt',
  /** While the cell runs: the instructions of a series that its guest executes. */
  executed: 'executed.log',
  /** With --coverage: what was executed of the kernel (kernel/executed/executed-file.ts). */
  coverage: 'coverage.json.gz',
  /** Of a guest that could not be set up at the first try. */
  firstConsole: 'first-try-console.log',
  firstLog: 'first-try-dmesg.txt',
  /** The stack of an error that nobody foresaw. */
  error: 'error.txt',
} as const;

export class CellFiles {
  readonly #folder: string;
  readonly #vmlinux: string | undefined;

  /** `folder`: absolute. `vmlinux`: the kernel with debug information, if there is one, for file:line in stacks. */
  constructor(folder: string, vmlinux: string | undefined) {
    this.#folder = folder;
    this.#vmlinux = vmlinux;
  }

  path(file: keyof typeof cellFiles): string {
    return path.join(this.#folder, cellFiles[file]);
  }

  write(file: 'command' | 'hang' | 'error', text: string): void {
    writeFileSync(this.path(file), text);
  }

  /** The kernel log from the boot on. */
  writeLog(log: readonly KernelRecord[]): void {
    writeDmesg(this.path('log'), log);
  }

  /** What a guest left that could not be set up at the first try. */
  writeFirstTry({ log, consoleText }: { log: readonly KernelRecord[]; consoleText: string }): void {
    writeFileSync(this.path('firstConsole'), consoleText);
    writeDmesg(this.path('firstLog'), log);
  }

  /** A text that may be too long to show: cut, naming the file that has it all. */
  excerpt(name: string, text: string): string {
    const cut = cutText(text);
    if (cut === text) return text;
    writeFileSync(path.join(this.#folder, `${name}.txt`), text);
    return `${cut}\n(${text.length} characters in all, in ${name}.txt)`;
  }

  /** What a test of a suite left, in the folder `suite`. */
  writeSuite(files: ReadonlyMap<string, string>): void {
    for (const [name, text] of files) {
      const file = path.join(this.#folder, 'suite', name);
      mkdirSync(path.dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }

  writeConsole(text: string): void {
    writeFileSync(this.path('console'), text);
  }

  /** The kernel's reports, one after the other, with file:line where that is known; no file when there are none. */
  async writeCrashes(reports: readonly CrashReport[]): Promise<void> {
    if (reports.length === 0) return;
    const texts: string[] = [];
    for (const report of reports) {
      const { lines } = await symbolize(report.lines, this.#vmlinux);
      texts.push(`${report.title}\n${report.fingerprint}\n\n${lines.join('\n')}\n`);
    }
    writeFileSync(this.path('crash'), texts.join('\n'));
  }
}

function writeDmesg(name: string, log: readonly KernelRecord[]): void {
  const file = new DmesgFile(name);
  file.add(log);
  file.end([]);
}
