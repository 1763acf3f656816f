// SPDX-License-Identifier: GPL-2.0-only
// From a scenario's files and processes to the requests that set them up: pure, so that checkpoints can be keyed by them.

import path from 'node:path';
import { zerosSeed } from '../guest/protocol.ts';
import type { GuestRequest } from '../guest/request.ts';
import { pageBytes } from '../host/page.ts';
import { contentOf, copyOf, noteWritten, type FileContent } from './file-content.ts';
import { seedRuns } from './seed-runs.ts';
import type { FileSpec, ProcessSpec } from './schema.ts';

/** A file and what it should hold. */
export interface ScenarioFile extends FileContent {
  path: string;
}

/** One test process. */
export interface ScenarioProcess {
  /** `mappers/1`. */
  name: string;
  group: string;
  mapping: { file: string; page: number; pages: number; mode: 'shared' | 'private' } | undefined;
  /** Seed of what it stores to a private mapping. */
  privateSeed: number | undefined;
  /** Pages of a private mapping that it has a copy of, each with the seed of what that holds; 0 for unknown content. */
  copies: Map<number, number>;
}

export interface Layout {
  files: Map<string, ScenarioFile>;
  groups: Map<string, ScenarioProcess[]>;
  fileRequests: GuestRequest[];
  processRequests: GuestRequest[];
  /** What makes a file or starts a group when its step comes: by path or name. */
  later: Map<string, GuestRequest[]>;
}

/** What files with `source` hold, by their path in the guest, in base64. */
export type Sources = ReadonlyMap<string, string>;

/** Paths of files and names of groups that steps make and start. */
export type Later = ReadonlySet<string>;

/** Seeds below this are for files, from it on for private copies, from 128 on for what steps write. */
const firstPrivateSeed = 64;
/** What processes write to devices that they map. */
const deviceSeed = 63;
/** What processes write to files that hold no pattern. */
const storedSeed = 62;

/**
 * Plans the files and processes of a scenario. A parent must come before its children, a file before its clone.
 * `folders`: those that exist already, the mount points.
 * `later`: what is not there from the beginning. `sources`: the content of files that come from outside.
 */
export function planLayout(
  files: Record<string, FileSpec>,
  processes: Record<string, ProcessSpec>,
  folders: readonly string[] = [],
  later: Later = new Set(),
  sources: Sources = new Map(),
): Layout {
  const layout: Layout = {
    files: new Map(),
    groups: new Map(),
    fileRequests: [],
    processRequests: [],
    later: new Map([...later].map((name) => [name, []])),
  };
  planFiles(layout, wantedFiles(files, processes), folders, sources);
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

/** A file that no scenario lists. */
const plainFile = { dax: false, content: 'pattern', holes: [] } as const satisfies Partial<FileSpec>;

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
    wanted.set(file, { ...plainFile, pages: Math.max(wanted.get(file)?.pages ?? 0, page + pages) });
  }
  return wanted;
}

/** A character device such as /dev/dax0.0: mapped like a file, but neither read nor written. */
function isDevice(file: string): boolean {
  return file.startsWith('/dev/dax');
}

/** A block device that nothing else uses: its length is what it is. */
function isBlockDevice(file: string): boolean {
  return file.startsWith('/dev/') && !isDevice(file);
}

function planFiles(
  layout: Layout,
  wanted: ReadonlyMap<string, FileSpec & { pages: number }>,
  folders: readonly string[],
  sources: Sources,
): void {
  const made = new Set(folders);
  const isInterleaved = new Set([...wanted.values()].flatMap(({ interleave }) => interleave ?? []));
  let seed = 1;
  for (const [file, spec] of wanted) {
    const { pages, clone: original, interleave, dax } = spec;
    const requests = layout.later.get(file) ?? layout.fileRequests;
    const run = (why: string, ...argv: string[]): number => requests.push({ op: 'run', args: { argv }, why });
    const folder = path.posix.dirname(file);
    if (folders.length > 0 && !made.has(folder) && !folder.startsWith('/dev'))
      run(`make ${folder}`, 'mkdir', '-p', folder);
    made.add(folder);
    const source = original === undefined ? undefined : layout.files.get(original);
    if (source !== undefined) {
      layout.files.set(file, { path: file, ...copyOf(source) });
      run(`clone ${source.path}`, 'cp', '--reflink=always', source.path, file);
      run(`sync ${file}`, 'sync', '-f', file);
      continue;
    }
    // The attribute takes effect when the inode is read again, so it is set before any data is written.
    if (dax) run(`make ${file} a DAX file`, 'xfs_io', '-f', '-c', 'chattr +x', file);
    if (isDevice(file)) {
      // Only processes write to it; the content of other pages is unknown.
      layout.files.set(file, { path: file, ...contentOf(Array.from({ length: pages }, () => 0)) });
      continue;
    }
    if (spec.source !== undefined) {
      layout.files.set(file, { path: file, ...contentOf([]) });
      requests.push(sourceRequest(file, spec.source, sources.get(file) ?? ''));
      continue;
    }
    const seeds = seedsOf(file, spec, seed);
    layout.files.set(file, { path: file, ...contentOf(seeds) });
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
    } else if (!isInterleaved.has(file)) requests.push(...fileRequests(file, spec, seeds));
    seed++;
  }
}

/** Brings a file into the guest; a program too. */
function sourceRequest(file: string, source: string, content: string): GuestRequest {
  const argv = ['sh', '-c', 'base64 -d > "$0" && chmod 755 "$0" && sync -f "$0"', file];
  return { op: 'run', args: { argv, stdin: content }, why: `copy ${source} to ${file}` };
}

/** What each page of a new file holds. */
function seedsOf(file: string, { pages, content, holes }: FileSpec & { pages: number }, seed: number): number[] {
  const written = content === 'pattern' ? seed : zerosSeed;
  // What a block device has where nothing was written is unknown.
  const hole = isBlockDevice(file) ? 0 : zerosSeed;
  return Array.from({ length: pages }, (_, page) => (holes.includes(page) ? hole : written));
}

/** The requests that make a file of its own. */
function fileRequests(
  file: string,
  { pages, content, holes }: FileSpec & { pages: number },
  seeds: readonly number[],
): GuestRequest[] {
  const length = pages * pageBytes;
  if (content === 'preallocated')
    return [{ op: 'fallocate', args: { file, mode: 0, offset: 0, length }, why: `allocate the blocks of ${file}` }];
  const isSparse = content === 'hole' || (holes.length > 0 && !isBlockDevice(file));
  const longer: GuestRequest[] = isSparse
    ? [{ op: 'truncate', args: { file, length }, why: `make ${file} as long as it should be` }]
    : [];
  const written = content === 'hole' ? [] : seedRuns(seeds, new Set(holes));
  return [
    ...longer,
    ...written.map(({ page, pages: count, seed }): GuestRequest => {
      const which = count === pages ? '' : `page ${page} of `;
      return { op: 'fill', args: { file, page, pages: count, seed }, why: `write ${which}${file}` };
    }),
  ];
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
    copies: new Map(parent?.copies),
  };
  const later = layout.later.get(group);
  const requests = later ?? layout.processRequests;
  if (parent === undefined) {
    const core = spec['core-dump'] ? { core: true } : {};
    requests.push({ op: 'spawn', args: { process: name, early: spec['early-kill'], ...core }, why: `start ${name}` });
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
    const { pages } = process.mapping;
    const how = spec.touch === 'read' ? ('load' as const) : ('store' as const);
    const seed = how === 'store' ? storedSeedOf(layout, process) : 0;
    if (how === 'store' && later === undefined) noteStore(layout.files, process, seed);
    requests.push({
      op: 'touch',
      args: { process: name, page: 0, pages, how, seed },
      why: `touch the pages of ${name}`,
    });
    if (spec.again) requests.push({ op: 'touch-again', args: { process: name, how, seed }, why: `let ${name} go on` });
  }
  if (spec['exited-leader']) {
    requests.push({ op: 'leader-exit', args: { process: name }, why: `let the leader of ${name} exit` });
  }
  return process;
}

/** The seed that a process stores to all its pages. */
function storedSeedOf({ files }: Layout, { mapping, privateSeed }: ScenarioProcess): number {
  if (privateSeed !== undefined) return privateSeed;
  const file = mapping?.file ?? '';
  // What the file holds, where that is a pattern, so that all its pages hold the same.
  const known = files.get(file)?.seeds.find((seed) => seed !== 0 && seed !== zerosSeed);
  return known ?? (isDevice(file) ? deviceSeed : storedSeed);
}

/** Notes that a process has stored to all its pages: its own copies hold the pattern of the seed now, or the file does. */
export function noteStore(
  files: ReadonlyMap<string, ScenarioFile>,
  { mapping, privateSeed, copies }: ScenarioProcess,
  seed: number,
): void {
  if (mapping === undefined) return;
  const { file, page, pages } = mapping;
  if (privateSeed === undefined) {
    const content = files.get(file);
    // A store makes no file longer.
    const bytes = Math.min(pages * pageBytes, (content?.bytes ?? 0) - page * pageBytes);
    if (content !== undefined && bytes > 0) noteWritten(content, page * pageBytes, bytes, seed);
  } else for (let index = 0; index < pages; index++) copies.set(index, seed);
}
