// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { layOut, type Layout } from '../../harness/scenario/layout.ts';
import { filesSchema, processSchema } from '../../harness/scenario/schema.ts';

function laid(processes: Record<string, unknown>, files: Record<string, unknown> = {}): Layout {
  const specs = Object.entries(processes).map(([name, spec]) => [name, processSchema.parse(spec)] as const);
  return layOut(filesSchema.parse(files), Object.fromEntries(specs));
}

const asked = (requests: Layout['processRequests']): string[] =>
  requests.map(({ op, args }) => `${op} ${JSON.stringify(args)}`);

it('writes each file that is mapped, as long as the longest mapping of it', () => {
  const { files, fileRequests } = laid({
    one: { map: '/mnt/a', pages: 4 },
    two: { map: '/mnt/a', pages: 4, from: 6 },
    three: { map: '/mnt/b' },
  });
  expect(asked(fileRequests)).toEqual([
    'lay {"file":"/mnt/a","page":0,"pages":10,"seed":1}',
    'lay {"file":"/mnt/b","page":0,"pages":1,"seed":2}',
  ]);
  expect(files.get('/mnt/a')?.seeds).toEqual(Array(10).fill(1));
});

it('keeps to the length of a file that the scenario lays itself', () => {
  const { files } = laid({ one: { map: '/mnt/a', pages: 4 } }, { '/mnt/a': { pages: 64 }, '/mnt/cold': { pages: 2 } });
  expect([...files.values()].map(({ path, seeds }) => [path, seeds.length])).toEqual([
    ['/mnt/a', 64],
    ['/mnt/cold', 2],
  ]);
});

it('starts a group, one process after the other, each mapped and touched', () => {
  const { groups, processRequests } = laid({
    mappers: { count: 2, map: '/mnt/a', pages: 3, touch: 'write', threads: 1 },
  });
  expect(groups.get('mappers')?.map(({ name }) => name)).toEqual(['mappers/1', 'mappers/2']);
  expect(asked(processRequests)).toMatchInlineSnapshot(`
    [
      "spawn {"process":"mappers/1","early":false}",
      "map {"process":"mappers/1","file":"/mnt/a","page":0,"pages":3,"mode":"shared","sync":false,"protection":"write"}",
      "thread {"process":"mappers/1","count":1}",
      "touch {"process":"mappers/1","page":0,"pages":3,"how":"store","seed":1}",
      "spawn {"process":"mappers/2","early":false}",
      "map {"process":"mappers/2","file":"/mnt/a","page":0,"pages":3,"mode":"shared","sync":false,"protection":"write"}",
      "thread {"process":"mappers/2","count":1}",
      "touch {"process":"mappers/2","page":0,"pages":3,"how":"store","seed":1}",
    ]
  `);
});

it('gives each private mapping that is written to a pattern of its own', () => {
  const { groups, processRequests } = laid({ cow: { count: 2, map: '/mnt/a', mode: 'private', touch: 'write' } });
  const seeds = groups.get('cow')?.map(({ privateSeed }) => privateSeed) ?? [];
  expect(new Set(seeds).size).toBe(2);
  const touched = processRequests.flatMap((request) => (request.op === 'touch' ? [request.args.seed] : []));
  expect(touched).toEqual(seeds);
});

it('forks a child from the first of its group; it has that one’s mapping', () => {
  const { groups, processRequests } = laid({
    parent: { count: 2, map: '/mnt/a', pages: 2, touch: 'write' },
    child: { 'child-of': 'parent', touch: 'read' },
  });
  expect(groups.get('child')?.[0]?.map).toEqual({ file: '/mnt/a', page: 0, pages: 2, mode: 'shared' });
  expect(asked(processRequests).slice(-2)).toEqual([
    'fork {"process":"parent/1","child":"child/1"}',
    'touch {"process":"child/1","page":0,"pages":2,"how":"load","seed":1}',
  ]);
});

it('leaves a mapping alone that is not to be touched', () => {
  const { processRequests } = laid({ idle: { map: '/mnt/a' } });
  expect(processRequests.map(({ op }) => op)).toEqual(['spawn', 'map']);
});
