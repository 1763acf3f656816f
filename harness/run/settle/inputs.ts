// SPDX-License-Identifier: GPL-2.0-only
// The key of all that a cell's verdict depends on: cells with equal keys need not be run twice.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { bootKey, type BootPlan } from '../../guest/checkpoints.ts';
import { bytesHash, contentKey } from '../../host/key.ts';
import { projectRoot } from '../../host/places.ts';
import type { CellPlan } from '../../scenario/plan.ts';
import type { Environment } from '../environment.ts';

/** What of the checkout decides a verdict. Scenarios and machines are in the cell's own key. */
const judging = ['harness', 'kernels/bugs.yaml', 'kernels/features.yaml', 'package.json'];

let ownKey: string | undefined;

/**
 * The key of a cell: kernel, guest image, machine and QEMU (that of the booted guest), the scenario with its known
 * issues, and hazmat itself. Undefined when the kernel, or what it boots with, is not available: the cell then reports why.
 */
export async function inputsOf(plan: CellPlan, environment: Environment): Promise<string | undefined> {
  const boot = await bootOf(plan, environment).catch(() => undefined);
  if (boot === undefined) return undefined;
  const features = await environment.features(plan, await environment.kernelOf(plan));
  return contentKey({
    // The frequency of the TSC is measured again on each machine, and changes no verdict.
    boot: bootKey({ ...boot, tscKhz: undefined }),
    content: plan.content,
    known: plan.of.known,
    ...(features.size === 0 ? {} : { features: [...features].sort() }),
    hazmat: (ownKey ??= hazmatKey(projectRoot)),
  });
}

async function bootOf(plan: CellPlan, environment: Environment): Promise<BootPlan> {
  return environment.bootPlan(await environment.kernelOf(plan), plan.of.machine);
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
