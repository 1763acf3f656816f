// SPDX-License-Identifier: GPL-2.0-only
// From a scenario's files and processes to the requests that set them up: pure, so that checkpoints can be keyed by them.

import path from 'node:path';
import type { GuestRequest } from '../guest/request.ts';
import type { FileSpec, ProcessSpec } from './schema.ts';

/** A file and what each of its pages should hold. */
export interface ScenarioFile {
  path: string;
  /** Seed of the pattern of each page; 0 for unknown content (after a write that failed half-way). */
  seeds: number[];
}

/** One test process. */
export interface ScenarioProcess {
  /** `mappers/1`. */
  name: string;
  group: string;
  mapping: { file: string; page: number; pages: number; mode: 'shared' | 'private' } | undefined;
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
/** What processes write to devices that they map. */
const deviceSeed = 63;

/**
 * Plans the files and processes of a scenario. A parent must come before its children, a file before its clone.
 * `folders`: those that exist already, the mount points.
 */
export function planLayout(
  files: Record<string, FileSpec>,
  processes: Record<string, ProcessSpec>,
  folders: readonly string[] = [],
): Layout {
  const layout: Layout = { files: new Map(), groups: new Map(), fileRequests: [], processRequests: [] };
  planFiles(layout, wantedFiles(files, processes), folders);
  let privateSeed = firstPrivateSeed;
  for (const [group, spec] of Object.entries(processes)) {
    layout.groups.set(
      group,
      Array.from({ length: spec.count }, (_, index) =>
        planProcess(layout, group, spec, index + 1, spec.mode === 'private' ? privateSeed++ : undefined),
      ),
    );
  }
  return layout;
}

/** The files that a scenario lists, and those that its processes map without being listed. */
function wantedFiles(
  files: Record<string, FileSpec>,
  processes: Record<string, ProcessSpec>,
): Map<string, FileSpec & { pages: number }> {
  const wanted = new Map<string, FileSpec & { pages: number }>();
  for (const [file, spec] of Object.entries(files)) {
    wanted.set(file, { ...spec, pages: spec.pages ?? wanted.get(spec.clone ?? '')?.pages ?? 0 });
  }
  for (const { file, page, pages } of Object.values(processes)) {
    if (file === undefined || files[file] !== undefined) continue;
    wanted.set(file, { dax: false, pages: Math.max(wanted.get(file)?.pages ?? 0, page + pages) });
  }
  return wanted;
}

/** A character device such as /dev/dax0.0: mapped like a file, but neither read nor written. */
function isDevice(file: string): boolean {
  return file.startsWith('/dev/dax');
}

function planFiles(
  layout: Layout,
  wanted: ReadonlyMap<string, FileSpec & { pages: number }>,
  folders: readonly string[],
): void {
  const made = new Set(folders);
  const requests = layout.fileRequests;
  const run = (why: string, ...argv: string[]): number => requests.push({ op: 'run', args: { argv }, why });
  const isInterleaved = new Set([...wanted.values()].flatMap(({ interleave }) => interleave ?? []));
  let seed = 1;
  for (const [file, { pages, clone: original, interleave, dax }] of wanted) {
    const folder = path.posix.dirname(file);
    if (folders.length > 0 && !made.has(folder) && !folder.startsWith('/dev'))
      run(`make ${folder}`, 'mkdir', '-p', folder);
    made.add(folder);
    if (original !== undefined) {
      layout.files.set(file, { path: file, seeds: [...(layout.files.get(original)?.seeds ?? [])] });
      run(`clone ${original}`, 'cp', '--reflink=always', original, file);
      run(`sync ${file}`, 'sync', '-f', file);
      continue;
    }
    // The attribute takes effect when the inode is read again, so it is set before any data is written.
    if (dax) run(`make ${file} a DAX file`, 'xfs_io', '-f', '-c', 'chattr +x', file);
    layout.files.set(file, { path: file, seeds: Array.from({ length: pages }, () => seed) });
    if (isDevice(file)) {
      // Only processes write to it; the content of other pages is unknown.
      layout.files.set(file, { path: file, seeds: Array.from({ length: pages }, () => 0) });
      continue;
    }
    const other = interleave === undefined ? undefined : layout.files.get(interleave);
    if (other !== undefined) {
      const pair: [string, number][] = [
        [other.path, other.seeds[0] ?? 0],
        [file, seed],
      ];
      for (let page = 0; page < pages; page++) {
        for (const [name, its] of pair) {
          const args = { file: name, page, pages: 1, seed: its };
          requests.push({ op: 'fill', args, why: `write page ${page} of ${name}` });
        }
      }
    } else if (!isInterleaved.has(file)) {
      requests.push({ op: 'fill', args: { file, page: 0, pages, seed }, why: `write ${file}` });
    }
    seed++;
  }
}

function planProcess(
  layout: Layout,
  group: string,
  spec: ProcessSpec,
  number: number,
  privateSeed: number | undefined,
): ScenarioProcess {
  const name = `${group}/${number}`;
  const parent = spec.parent === undefined ? undefined : layout.groups.get(spec.parent)?.[0];
  const process: ScenarioProcess = {
    name,
    group,
    mapping:
      spec.file === undefined
        ? parent?.mapping
        : { file: spec.file, page: spec.page, pages: spec.pages, mode: spec.mode },
    privateSeed: privateSeed ?? parent?.privateSeed,
  };
  const requests = layout.processRequests;
  if (parent === undefined) {
    requests.push({ op: 'spawn', args: { process: name, early: spec['early-kill'] }, why: `start ${name}` });
  } else {
    requests.push({ op: 'fork', args: { process: parent.name, child: name }, why: `fork ${name} from ${parent.name}` });
  }
  if (spec.file !== undefined) {
    const args = {
      process: name,
      file: spec.file,
      page: spec.page,
      pages: spec.pages,
      mode: spec.mode,
      sync: spec.sync,
      protection: spec.protection,
    };
    requests.push({ op: 'map', args, why: `map ${spec.file} in ${name}` });
  }
  if (spec.threads > 0) {
    requests.push({
      op: 'start-threads',
      args: { process: name, count: spec.threads },
      why: `start threads in ${name}`,
    });
  }
  if (spec.touch !== 'none' && process.mapping !== undefined) {
    const { file, pages } = process.mapping;
    const how = spec.touch === 'read' ? ('load' as const) : ('store' as const);
    const seeds = layout.files.get(file)?.seeds ?? [];
    if (isDevice(file) && how === 'store') seeds.fill(deviceSeed, process.mapping.page, process.mapping.page + pages);
    const seed = process.privateSeed ?? (isDevice(file) ? deviceSeed : (seeds[0] ?? 1));
    requests.push({
      op: 'touch',
      args: { process: name, page: 0, pages, how, seed },
      why: `touch the pages of ${name}`,
    });
  }
  if (spec['exited-leader']) {
    requests.push({ op: 'leader-exit', args: { process: name }, why: `let the leader of ${name} exit` });
  }
  return process;
}
