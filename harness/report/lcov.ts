// SPDX-License-Identifier: GPL-2.0-only
// What a run executed of a kernel as an LCOV tracefile (geninfo(1)). A count is the number of scenarios. Pure.

import type { FileCoverage, KernelCoverage } from '../results/kernel-coverage.ts';

/** With a newline at the end. Files of which no function is in the kernel are left out. */
export function lcov({ files }: Pick<KernelCoverage, 'files'>): string {
  return files
    .flatMap(recordOf)
    .map((line) => `${line}\n`)
    .join('');
}

function recordOf({ file, functions, lines }: FileCoverage): string[] {
  const known = functions.filter(({ when }) => when !== 'no symbol');
  if (known.length === 0) return [];
  return [
    'TN:',
    `SF:${file}`,
    ...known.map(({ name, line }) => `FN:${line},${name}`),
    ...known.map(({ name, anywhere }) => `FNDA:${anywhere},${name}`),
    `FNF:${known.length}`,
    `FNH:${known.filter(({ anywhere }) => anywhere > 0).length}`,
    ...(lines === undefined
      ? []
      : [
          ...lines.map(({ line, scenarios }) => `DA:${line},${scenarios}`),
          `LF:${lines.length}`,
          `LH:${lines.filter(({ scenarios }) => scenarios > 0).length}`,
        ]),
    'end_of_record',
  ];
}
