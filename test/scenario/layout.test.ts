// SPDX-License-Identifier: GPL-2.0-only
import { describe, expect, it } from 'vitest';
import { planLayout, type Layout } from '../../harness/scenario/layout.ts';
import { filesSchema, processSchema } from '../../harness/scenario/schema.ts';

function planned(processes: Record<string, unknown>, files: Record<string, unknown> = {}): Layout {
  const specs = Object.entries(processes).map(([name, spec]) => [name, processSchema.parse(spec)] as const);
  return planLayout(filesSchema.parse(files), Object.fromEntries(specs));
}

const asked = (requests: Layout['processRequests']): string[] =>
  requests.map(({ op, args }) => `${op} ${JSON.stringify(args)}`);

it('writes each file that is mapped, as long as the longest mapping of it', () => {
  const { files, fileRequests } = planned({
    one: { file: '/mnt/a', pages: 4 },
    two: { file: '/mnt/a', pages: 4, page: 6 },
    three: { file: '/mnt/b' },
  });
  expect(asked(fileRequests)).toEqual([
    'fill {"file":"/mnt/a","page":0,"pages":10,"seed":1}',
    'fill {"file":"/mnt/b","page":0,"pages":1,"seed":2}',
  ]);
  expect(files.get('/mnt/a')?.seeds).toEqual(Array(10).fill(1));
});

it('keeps to the length of a file that the scenario lists itself', () => {
  const { files } = planned(
    { one: { file: '/mnt/a', pages: 4 } },
    { '/mnt/a': { pages: 64 }, '/mnt/cold': { pages: 2 } },
  );
  expect([...files.values()].map(({ path, seeds }) => [path, seeds.length])).toEqual([
    ['/mnt/a', 64],
    ['/mnt/cold', 2],
  ]);
});

it('starts a group, one process after the other, each mapped and touched', () => {
  const { groups, processRequests } = planned({
    mappers: { count: 2, file: '/mnt/a', pages: 3, touch: 'write', threads: 1 },
  });
  expect(groups.get('mappers')?.map(({ name }) => name)).toEqual(['mappers/1', 'mappers/2']);
  expect(asked(processRequests)).toMatchInlineSnapshot(`
    [
      "spawn {"process":"mappers/1","early":false}",
      "map {"process":"mappers/1","file":"/mnt/a","page":0,"pages":3,"mode":"shared","sync":false,"protection":"write"}",
      "start-threads {"process":"mappers/1","count":1}",
      "touch {"process":"mappers/1","page":0,"pages":3,"how":"store","seed":1}",
      "spawn {"process":"mappers/2","early":false}",
      "map {"process":"mappers/2","file":"/mnt/a","page":0,"pages":3,"mode":"shared","sync":false,"protection":"write"}",
      "start-threads {"process":"mappers/2","count":1}",
      "touch {"process":"mappers/2","page":0,"pages":3,"how":"store","seed":1}",
    ]
  `);
});

it('gives each private mapping that is written to a pattern of its own', () => {
  const { groups, processRequests } = planned({ cow: { count: 2, file: '/mnt/a', mode: 'private', touch: 'write' } });
  const seeds = groups.get('cow')?.map(({ privateSeed }) => privateSeed) ?? [];
  expect(new Set(seeds).size).toBe(2);
  const touched = processRequests.flatMap((request) => (request.op === 'touch' ? [request.args.seed] : []));
  expect(touched).toEqual(seeds);
});

it('forks a child from the first of its group; it has that one’s mapping', () => {
  const { groups, processRequests } = planned({
    parent: { count: 2, file: '/mnt/a', pages: 2, touch: 'write' },
    child: { parent: 'parent', touch: 'read' },
  });
  expect(groups.get('child')?.[0]?.mapping).toEqual({ file: '/mnt/a', page: 0, pages: 2, mode: 'shared' });
  expect(asked(processRequests).slice(-2)).toEqual([
    'fork {"process":"parent/1","child":"child/1"}',
    'touch {"process":"child/1","page":0,"pages":2,"how":"load","seed":0}',
  ]);
});

it('lets the leader exit once everything else is done', () => {
  const { processRequests } = planned({ zombie: { file: '/mnt/a', touch: 'read', 'exited-leader': true } });
  expect(processRequests.map(({ op }) => op)).toEqual(['spawn', 'map', 'touch', 'leader-exit']);
});

it('leaves a mapping alone that is not to be touched', () => {
  const { processRequests } = planned({ idle: { file: '/mnt/a' } });
  expect(processRequests.map(({ op }) => op)).toEqual(['spawn', 'map']);
});

const plannedFiles = (files: Record<string, unknown>): Layout => planLayout(filesSchema.parse(files), {}, ['/mnt']);

it('makes the folders that files lie in, once each, but no mount point', () => {
  const { fileRequests } = plannedFiles({
    '/mnt/a': { pages: 1 },
    '/mnt/one/a': { pages: 1 },
    '/mnt/one/b': { pages: 1 },
    '/mnt/two/deep/a': { pages: 1 },
  });
  expect(asked(fileRequests).filter((line) => line.startsWith('run'))).toEqual([
    'run {"argv":["mkdir","-p","/mnt/one"]}',
    'run {"argv":["mkdir","-p","/mnt/two/deep"]}',
  ]);
});

it('clones a file, which then holds what that one held', () => {
  const { files, fileRequests } = plannedFiles({ '/mnt/a': { pages: 3 }, '/mnt/b': { clone: '/mnt/a' } });
  expect(files.get('/mnt/b')?.seeds).toEqual([1, 1, 1]);
  expect(files.get('/mnt/b')?.seeds).not.toBe(files.get('/mnt/a')?.seeds);
  expect(asked(fileRequests)).toEqual([
    'fill {"file":"/mnt/a","page":0,"pages":3,"seed":1}',
    'run {"argv":["cp","--reflink=always","/mnt/a","/mnt/b"]}',
    'run {"argv":["sync","-f","/mnt/b"]}',
  ]);
});

it('fills two files page by page in turn', () => {
  const { files, fileRequests } = plannedFiles({
    '/mnt/a': { pages: 2 },
    '/mnt/other': { pages: 1 },
    '/mnt/b': { pages: 2, interleave: '/mnt/a' },
  });
  expect(asked(fileRequests)).toEqual([
    'fill {"file":"/mnt/other","page":0,"pages":1,"seed":2}',
    'fill {"file":"/mnt/a","page":0,"pages":1,"seed":1}',
    'fill {"file":"/mnt/b","page":0,"pages":1,"seed":3}',
    'fill {"file":"/mnt/a","page":1,"pages":1,"seed":1}',
    'fill {"file":"/mnt/b","page":1,"pages":1,"seed":3}',
  ]);
  expect([files.get('/mnt/a')?.seeds, files.get('/mnt/b')?.seeds]).toEqual([
    [1, 1],
    [3, 3],
  ]);
});

it('makes a file a DAX file before it has data', () => {
  expect(asked(plannedFiles({ '/mnt/a': { pages: 1, dax: true } }).fileRequests)).toEqual([
    'run {"argv":["xfs_io","-f","-c","chattr +x","/mnt/a"]}',
    'fill {"file":"/mnt/a","page":0,"pages":1,"seed":1}',
  ]);
});

it('writes nothing to a device but through processes, and knows only what they wrote', () => {
  const { files, fileRequests, processRequests } = planned({
    storer: { file: '/dev/dax0.0', page: 1, pages: 2, touch: 'write' },
    reader: { file: '/dev/dax0.0', pages: 4, touch: 'read' },
  });
  expect(fileRequests).toEqual([]);
  const [store] = processRequests.flatMap((request) => (request.op === 'touch' ? [request.args] : []));
  expect(store?.seed).toBeGreaterThan(0);
  expect(files.get('/dev/dax0.0')?.seeds).toEqual([0, store?.seed, store?.seed, 0]);
});

it.each([
  [{}],
  [{ pages: 1, clone: '/mnt/b' }],
  [{ clone: '/mnt/b', interleave: '/mnt/b' }],
  [{ clone: '/mnt/b', dax: true }],
])('refuses a file of %j', (file) => expect(filesSchema.safeParse({ '/mnt/a': file }).success).toBe(false));

it('writes a block device like a file, and makes no folder for it', () => {
  const { files, fileRequests } = planLayout(filesSchema.parse({ '/dev/pmem0s': { pages: 4 } }), {}, ['/mnt']);
  expect(asked(fileRequests)).toEqual(['fill {"file":"/dev/pmem0s","page":0,"pages":4,"seed":1}']);
  expect(files.get('/dev/pmem0s')?.seeds).toEqual(Array(4).fill(1));
});

describe('a file that is not all pattern', () => {
  const linesOf = (spec: object): string[] => asked(plannedFiles({ '/mnt/a': spec }).fileRequests);
  const seedsOf = (spec: object): number[] | undefined => plannedFiles({ '/mnt/a': spec }).files.get('/mnt/a')?.seeds;

  it('has no blocks, or blocks that were not written, or zeros', () => {
    expect(linesOf({ pages: 2, content: 'hole' })).toEqual(['truncate {"file":"/mnt/a","length":8192}']);
    expect(linesOf({ pages: 2, content: 'preallocated' })).toEqual([
      'fallocate {"file":"/mnt/a","mode":0,"offset":0,"length":8192}',
    ]);
    expect(linesOf({ pages: 2, content: 'zeros' })).toEqual(['fill {"file":"/mnt/a","page":0,"pages":2,"seed":256}']);
    for (const content of ['hole', 'preallocated', 'zeros']) expect(seedsOf({ pages: 2, content })).toEqual([256, 256]);
  });

  it('is written around its holes', () => {
    expect(linesOf({ pages: 6, holes: [2, 5] })).toEqual([
      'truncate {"file":"/mnt/a","length":24576}',
      'fill {"file":"/mnt/a","page":0,"pages":2,"seed":1}',
      'fill {"file":"/mnt/a","page":3,"pages":2,"seed":1}',
    ]);
    expect(seedsOf({ pages: 6, holes: [2, 5] })).toEqual([1, 1, 256, 1, 1, 256]);
  });

  it.each([
    ['a hole beyond its end', { pages: 2, holes: [2] }, 'not in the file'],
    ['holes in a hole', { pages: 2, content: 'hole', holes: [1] }, 'between pages that are written'],
    ['a clone', { clone: '/mnt/b', content: 'zeros' }, 'neither `interleave` nor'],
    ['an interleaved one', { pages: 2, interleave: '/mnt/b', holes: [1] }, 'neither `content` nor `holes`'],
  ])('is refused: %s', (_what, file, message) => {
    const { error } = filesSchema.safeParse({ '/mnt/a': file });
    expect(error?.issues.map((issue) => issue.message).join()).toContain(message);
  });
});

it('knows what a process that stores leaves in a file of holes', () => {
  const { files, processRequests } = planned(
    { storer: { file: '/mnt/a', page: 1, pages: 2, touch: 'write' } },
    { '/mnt/a': { pages: 4, content: 'hole' } },
  );
  const [store] = processRequests.flatMap((request) => (request.op === 'touch' ? [request.args.seed] : []));
  expect(files.get('/mnt/a')?.seeds).toEqual([256, store, store, 256]);
  expect(store).toBeLessThan(256);
});

it('knows which pages of a private mapping are copies of the process, and of its child', () => {
  const { groups } = planned({
    reader: { file: '/mnt/a', pages: 2, mode: 'private', touch: 'read' },
    storer: { file: '/mnt/a', pages: 2, mode: 'private', touch: 'write' },
    child: { parent: 'storer' },
  });
  const copiesOf = (group: string): number[] => [...(groups.get(group)?.[0]?.copies.keys() ?? [])];
  expect([copiesOf('reader'), copiesOf('storer'), copiesOf('child')]).toEqual([[], [0, 1], [0, 1]]);
});

it('lets processes go on, and lets the kernel dump a core of them', () => {
  const { processRequests } = planned({
    reader: { file: '/mnt/a', pages: 2, touch: 'read', again: true },
    victim: { file: '/mnt/a', 'core-dump': true },
  });
  expect(asked(processRequests)).toEqual([
    'spawn {"process":"reader/1","early":false}',
    'map {"process":"reader/1","file":"/mnt/a","page":0,"pages":2,"mode":"shared","sync":false,"protection":"write"}',
    'touch {"process":"reader/1","page":0,"pages":2,"how":"load","seed":0}',
    'touch-again {"process":"reader/1","how":"load","seed":0}',
    'spawn {"process":"victim/1","early":false,"core":true}',
    'map {"process":"victim/1","file":"/mnt/a","page":0,"pages":1,"mode":"shared","sync":false,"protection":"write"}',
  ]);
});

it.each([
  [{ file: '/mnt/a', again: true }, '`again` goes on with'],
  [{ file: '/mnt/a', again: true, touch: 'read', pages: 513 }, 'at most 512 pages'],
])('refuses a group of %j', (spec, message) => {
  expect(processSchema.safeParse(spec).error?.issues[0]?.message).toContain(message);
});

it('leaves out the holes of a block device, whose content it then does not know', () => {
  const { files, fileRequests } = planLayout(filesSchema.parse({ '/dev/pmem0': { pages: 4, holes: [2] } }), {}, [
    '/mnt',
  ]);
  expect(asked(fileRequests)).toEqual([
    'fill {"file":"/dev/pmem0","page":0,"pages":2,"seed":1}',
    'fill {"file":"/dev/pmem0","page":3,"pages":1,"seed":1}',
  ]);
  expect(files.get('/dev/pmem0')?.seeds).toEqual([1, 1, 0, 1]);
});
