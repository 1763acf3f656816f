// SPDX-License-Identifier: GPL-2.0-only
// A kernel together with how it is configured and booted: what the cells of a run are planned for.

import type { z } from 'zod';
import { quoteArgv } from '../host/program.ts';
import type { variantSchema } from '../results/schemas.ts';
import type { Scenario } from '../scenario/load.ts';
import { planCells, type CellPlan } from '../scenario/plan.ts';
import { suiteOptions } from '../scenario/suite.ts';

/** The name of a variant is the `kernel` of its cells. */
export type Variant = z.infer<typeof variantSchema>;

export interface VariantOptions {
  config?: string[];
  configFrom?: string;
  append?: string;
  assume?: string[];
  qemu?: string;
}

/** A kernel as `hazmat run` takes it, with the options of that command. */
export function plainVariant(
  kernel: string,
  { config = [], configFrom, append = '', assume = [], qemu = process.env.HAZMAT_QEMU }: VariantOptions = {},
): Variant {
  return {
    ...{ name: kernel, spec: kernel, config, configFromTree: configFrom === 'tree', append },
    ...(assume.length === 0 ? {} : { assume }),
    ...(qemu === undefined || qemu === '' || qemu === 'host' ? {} : { qemu }),
  };
}

/** The cells of scenarios on a kernel. */
export function planVariant(scenarios: readonly Scenario[], variant: Variant, repeats: number): CellPlan[] {
  const { name, spec } = variant;
  const options = optionsOf(variant);
  return planCells(scenarios, [name], repeats, options).map((cell) => ({
    ...cell,
    reproduce: quoteArgv([
      'npx',
      'hazmat',
      'run',
      cell.scenario,
      '--kernel',
      spec,
      ...options,
      ...suiteOptions(cell.of),
    ]),
  }));
}

/** The options of `hazmat run` that make the same kernel and boot it in the same way. */
function optionsOf({ config, configFromTree, append, assume = [], qemu }: Variant): string[] {
  return [
    ...(config.length === 0 ? [] : ['--config', config.join(',')]),
    ...(configFromTree ? ['--config-from', 'tree'] : []),
    ...(append === '' ? [] : ['--append', append]),
    ...(assume.length === 0 ? [] : ['--assume', assume.join(',')]),
    ...(qemu === undefined ? [] : ['--qemu', qemu]),
  ];
}
