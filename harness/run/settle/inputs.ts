// SPDX-License-Identifier: GPL-2.0-only
// The key of all that a cell's verdict depends on: cells with equal keys need not be run twice.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bootKey } from '../../guest/checkpoints.ts';
import { HazmatError } from '../../host/errors.ts';
import { bytesHash, contentKey } from '../../host/key.ts';
import { projectRoot } from '../../host/places.ts';
import type { CellPlan } from '../../scenario/plan.ts';
import type { Environment } from '../environment.ts';

/** What of the checkout decides a verdict. Scenarios and machines are in the cell's own key. */
const judging = ['harness', 'kernels/bugs.yaml', 'kernels/features.yaml', 'package.json'];

let ownKey: string | undefined;

/**
 * The key of a cell: kernel, guest image, machine and QEMU (that of the booted guest), the scenario with its known
 * issues, and hazmat itself. Undefined when the kernel cannot be had: the cell then says why.
 */
export async function inputsOf(plan: CellPlan, environment: Environment): Promise<string | undefined> {
  try {
    const kernel = await environment.kernels.kernel(plan.kernel);
    const boot = await environment.bootPlan(kernel, plan.of.machine);
    // The frequency of the TSC is measured again on each machine, and changes no verdict.
    return contentKey({
      boot: bootKey({ ...boot, tscKhz: undefined }),
      content: plan.content,
      known: plan.of.known,
      hazmat: (ownKey ??= hazmatKey(projectRoot)),
    });
  } catch (error) {
    if (error instanceof HazmatError) return undefined;
    throw error;
  }
}

/** The key of the files that judge, as they are now: what git calls a checkout says nothing when it is dirty. @internal for tests */
export function hazmatKey(checkout: string): string {
  const files = judging.flatMap((name) => filesBelow(checkout, name)).sort();
  return contentKey(files.map((file) => [file, bytesHash(readFileSync(path.join(checkout, file)))]));
}

function filesBelow(checkout: string, name: string): string[] {
  if (path.extname(name) !== '') return [name];
  return readdirSync(path.join(checkout, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(checkout, path.join(entry.parentPath, entry.name)));
}
