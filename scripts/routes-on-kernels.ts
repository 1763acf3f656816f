// SPDX-License-Identifier: GPL-2.0-only
// Poisons the same page by each route in turn, on each kernel, in a guest of its own, for tables: docs/poison-routes.md and docs/cxl.md.

import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { measureSlowdown } from '../harness/guest/slowdown.ts';
import { contextFor } from '../harness/run/cell.ts';
import { Environment } from '../harness/run/environment.ts';
import { parseStep, type Scenario } from '../harness/scenario/load.ts';
import { planCells, planGuest } from '../harness/scenario/plan.ts';
import type { StepContext } from '../harness/scenario/step-context.ts';
import { markdownTable } from './markdown-table.ts';
import { settled } from './observed-page.ts';

/** The page of the file that is poisoned. */
export const page = 3;

export interface Route {
  title: string;
  /** Arguments of the step `poison`, without the page. */
  poison: string;
}

export interface Asked<R extends Route> {
  scenario: Scenario;
  kernels: readonly string[];
  qemu?: string | undefined;
  routes: readonly R[];
  /** Of a table; the first is the title of the route. */
  columns: readonly string[];
  /** What is done between the injection and the wait for its effects. */
  consume?: (cell: StepContext, route: R) => Promise<void>;
  /** The columns after the first. */
  observe: (cell: StepContext) => Promise<string[]>;
}

/** A heading and a table for each kernel, and what QEMU calls itself. `mark`: of the headings. */
export async function routesOnKernels<R extends Route>(
  asked: Asked<R>,
  mark: string,
): Promise<{ parts: string[]; qemuVersion: string }> {
  const { scenario, kernels, qemu, routes, columns } = asked;
  const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-routes-'));
  const environment = new Environment({
    cells: planCells([scenario], kernels, 1),
    emit: (happened) => {
      if (happened.type === 'task-ended') console.error(`${happened.title}: ${happened.ok ? 'done' : 'FAILED'}`);
    },
    cellFolder: () => folder,
    signal: new AbortController().signal,
    qemu,
  });
  const parts: string[] = [];
  let qemuVersion = '';
  try {
    for (const spec of kernels) {
      const kernel = await environment.kernels.kernel(spec);
      qemuVersion = (await environment.qemu(kernel)).version;
      const rows: string[][] = [];
      for (const route of routes) {
        const row = [route.title, ...(await rowOf(environment, asked, spec, route, folder))];
        console.error(`${spec} ${row.join(' | ')}`);
        rows.push(row);
      }
      parts.push(`${mark} ${kernel.version}\n`, markdownTable(columns, rows), '');
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  return { parts, qemuVersion };
}

async function rowOf<R extends Route>(
  environment: Environment,
  { scenario, columns, consume, observe }: Asked<R>,
  spec: string,
  route: R,
  folder: string,
): Promise<string[]> {
  const [plan] = planCells([scenario], [spec], 1);
  if (plan === undefined) throw new Error('no cell');
  const kernel = await environment.kernels.kernel(spec);
  const held = await environment.checkpointAt(plan, kernel, 'processes');
  const prepared = environment.prepared(held.checkpoint, planGuest(scenario, kernel.version));
  const guest = await environment.checkpoints.fork(held.checkpoint, path.join(folder, 'console.log'));
  const rest = columns.slice(2).map(() => '');
  try {
    const cell = contextFor(guest, prepared, kernel.version, await measureSlowdown(guest));
    const { kind, args } = parseStep(`poison: {page: ${page}, file: /mnt/data, ${route.poison}}`, scenario);
    cell.startStep(20_000);
    const report = await kind.run(args, cell);
    if (!report.ok) return [report.seen, ...rest];
    cell.startStep(60_000);
    await consume?.(cell, route);
    await settled(cell);
    return await observe(cell);
  } catch (error) {
    return [`the guest ended: ${(error as Error).message.split('\n')[0] ?? ''}`, ...rest];
  } finally {
    await guest.end();
    held.done();
  }
}
