// SPDX-License-Identifier: GPL-2.0-only
// What a run executed of a kernel, as text: a row for each file, or the functions of files that were never executed. Pure.

import type { ExecutedWhen, FileCoverage, FunctionCoverage, KernelCoverage } from '../results/kernel-coverage.ts';
import { pad, padStart } from './text.ts';

const columns: { head: string; when: ExecutedWhen }[] = [
  { head: 'steps', when: 'steps' },
  { head: 'setup', when: 'setup' },
  { head: 'boot', when: 'boot' },
  { head: 'never', when: 'never' },
  { head: 'no symbol', when: 'no symbol' },
];

/** With a newline at the end. */
export function kernelCoverageText(coverage: KernelCoverage): string {
  const { files } = coverage;
  const functions = files.flatMap((file) => file.functions);
  const rows = files.map((file) => rowOf(file.file, file.functions));
  const total = rowOf(`${files.length} files`, functions);
  const head = ['file', 'functions', ...columns.map((column) => column.head), 'bytes in steps'];
  const all = [head, ...rows, total];
  const widths = head.map((_word, index) => Math.max(...all.map((row) => row[index]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row.map((word, index) => (index === 0 ? pad : padStart)(word, widths[index] ?? 0)).join('  ');
  return [headOf(coverage), '', line(head), ...rows.map(line), ...(files.length > 1 ? [line(total)] : []), ''].join(
    '\n',
  );
}

/** The functions that no scenario executed, and those of which it is not known; with a newline at the end. */
export function neverExecutedText(coverage: KernelCoverage): string {
  return [headOf(coverage), ...coverage.files.flatMap((file) => ['', ...neverOf(file)]), ''].join('\n');
}

function headOf({ label, release, source, scenarios }: KernelCoverage): string {
  const of = `${scenarios} ${scenarios === 1 ? 'scenario' : 'scenarios'} on ${label} (${release})`;
  return `What ${of} executed, by the functions of ${source}`;
}

function rowOf(name: string, functions: readonly FunctionCoverage[]): string[] {
  const count = (wanted: ExecutedWhen): string => String(functions.filter(({ when }) => when === wanted).length);
  const sum = (of: (one: FunctionCoverage) => number): number => functions.reduce((total, one) => total + of(one), 0);
  const bytes = sum((one) => one.bytes);
  const share = bytes === 0 ? '-' : `${Math.round((sum((one) => one.executedBytes) / bytes) * 100)} %`;
  return [name, String(functions.length), ...columns.map(({ when }) => count(when)), share];
}

function neverOf({ file, functions }: FileCoverage): string[] {
  const of = (wanted: ExecutedWhen): FunctionCoverage[] => functions.filter(({ when }) => when === wanted);
  const [never, unknown] = [of('never'), of('no symbol')];
  const places = (some: readonly FunctionCoverage[]): string[] =>
    some.map(({ name, line }) => `  ${file}:${line}: ${name}()`);
  return [
    `${file}: ${never.length} of ${functions.length} functions were never executed`,
    ...places(never),
    ...(['setup', 'boot'] as const).flatMap((when) => {
      const some = of(when);
      if (some.length === 0) return [];
      return [`${some.length} only ${when === 'boot' ? 'at boot' : 'while scenarios were set up'}`, ...places(some)];
    }),
    ...(unknown.length === 0
      ? []
      : [`${unknown.length} have no symbol: what they do is in other functions, or nowhere`]),
    ...places(unknown),
  ];
}
