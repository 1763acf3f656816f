// SPDX-License-Identifier: GPL-2.0-only
// From a scenario's files and processes to the requests that lay them: pure, so that checkpoints can be keyed by them.

import type { GuestRequest } from '../guest/request.ts';
import type { ProcessSpec } from './schema.ts';

/** A file and what each of its pages should hold. */
export interface ScenarioFile {
  path: string;
  /** Seed of the pattern of each page; 0 when it cannot be told (after a write that failed half-way). */
  seeds: number[];
}

/** One test process. */
export interface ScenarioProcess {
  /** `mappers/1`. */
  name: string;
  group: string;
  map: { file: string; page: number; pages: number; mode: 'shared' | 'private' } | undefined;
  /** Seed of its own copies of pages, for a private mapping that was written to. */
  privateSeed: number | undefined;
}

export interface Layout {
  files: Map<string, ScenarioFile>;
  groups: Map<string, ScenarioProcess[]>;
  fileRequests: GuestRequest[];
  processRequests: GuestRequest[];
}

/** Seeds below this are for files, from it on for private copies, from 128 on for what steps write. */
const firstPrivateSeed = 64;

/** Plans the files and processes of a scenario. Groups must be in order: a parent before its child-of. */
export function layOut(files: Record<string, { pages: number }>, processes: Record<string, ProcessSpec>): Layout {
  const wanted = new Map(Object.entries(files).map(([path, { pages }]) => [path, pages]));
  for (const { map, from, pages } of Object.values(processes)) {
    if (map !== undefined) wanted.set(map, Math.max(wanted.get(map) ?? 0, files[map] === undefined ? from + pages : 0));
  }
  const layout: Layout = { files: new Map(), groups: new Map(), fileRequests: [], processRequests: [] };
  let seed = 1;
  for (const [path, pages] of wanted) {
    layout.files.set(path, { path, seeds: Array.from({ length: pages }, () => seed) });
    layout.fileRequests.push({ op: 'lay', args: { file: path, page: 0, pages, seed }, why: `write ${path}` });
    seed++;
  }
  let privateSeed = firstPrivateSeed;
  for (const [group, spec] of Object.entries(processes)) {
    layout.groups.set(
      group,
      Array.from({ length: spec.count }, (_, index) =>
        layProcess(layout, group, spec, index + 1, spec.mode === 'private' ? privateSeed++ : undefined),
      ),
    );
  }
  return layout;
}

function layProcess(
  layout: Layout,
  group: string,
  spec: ProcessSpec,
  number: number,
  privateSeed: number | undefined,
): ScenarioProcess {
  const name = `${group}/${number}`;
  const parent = spec['child-of'] === undefined ? undefined : layout.groups.get(spec['child-of'])?.[0];
  const process: ScenarioProcess = {
    name,
    group,
    map: spec.map === undefined ? parent?.map : { file: spec.map, page: spec.from, pages: spec.pages, mode: spec.mode },
    privateSeed: privateSeed ?? parent?.privateSeed,
  };
  const requests = layout.processRequests;
  if (parent === undefined) {
    requests.push({ op: 'spawn', args: { process: name, early: spec.early }, why: `start ${name}` });
  } else {
    requests.push({ op: 'fork', args: { process: parent.name, child: name }, why: `fork ${name} from ${parent.name}` });
  }
  if (spec.map !== undefined) {
    const args = {
      process: name,
      file: spec.map,
      page: spec.from,
      pages: spec.pages,
      mode: spec.mode,
      sync: spec.sync,
      protection: spec.protection,
    };
    requests.push({ op: 'map', args, why: `map ${spec.map} in ${name}` });
  }
  if (spec.threads > 0) {
    requests.push({ op: 'thread', args: { process: name, count: spec.threads }, why: `start threads in ${name}` });
  }
  if (spec.touch !== 'none' && process.map !== undefined) {
    const { file, pages } = process.map;
    const seed = process.privateSeed ?? layout.files.get(file)?.seeds[0] ?? 1;
    const how = spec.touch === 'read' ? ('load' as const) : ('store' as const);
    requests.push({
      op: 'touch',
      args: { process: name, page: 0, pages, how, seed },
      why: `touch the pages of ${name}`,
    });
  }
  return process;
}
