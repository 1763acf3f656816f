// SPDX-License-Identifier: GPL-2.0-only
// Short names of kernels.

import type { RunRecord } from './run-record.ts';

/** Kernel as asked for -> short name. Two kernels that would have the same one keep their whole spec. */
export function kernelLabels(record: Pick<RunRecord, 'kernels' | 'kernelFacts'>): Map<string, string> {
  const facts = new Map(record.kernelFacts.map((one) => [one.kernel, one.label]));
  const labels = record.kernels.map((kernel) => facts.get(kernel) ?? shortName(kernel));
  const clash = (label: string) => labels.filter((other) => other === label).length > 1;
  return new Map(
    record.kernels.map((kernel, index) => {
      const label = labels[index] ?? kernel;
      return [kernel, clash(label) ? kernel : label];
    }),
  );
}

/** A short name without knowing what the kernel is: `debian:6.12` -> `6.12`, `image:/boot/vmlinuz,/lib` -> `vmlinuz`. */
export function shortName(kernel: string): string {
  const afterKind = kernel.replace(/^\w+:/, '').replace(/,.*/, '');
  return afterKind.split('/').at(-1) ?? kernel;
}
