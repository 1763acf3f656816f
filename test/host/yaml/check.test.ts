// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { z } from 'zod';
import { renderError, UsageError } from '../../../harness/host/errors.ts';
import { checkYaml, type CheckOptions } from '../../../harness/host/yaml/check.ts';
import { parseYaml } from '../../../harness/host/yaml/yaml.ts';

const schema = z.strictObject({
  title: z.string().min(1).describe('One line'),
  kind: z.enum(['pc', 'q35']).prefault('pc').describe('What it is'),
  state: z.enum(['working', 'shut down']).optional(),
  count: z.int().min(1).max(8).optional(),
  ratio: z.number().optional(),
  least: z.int().min(3).optional(),
  most: z.int().max(3).optional(),
  on: z.union([z.string().transform((one) => [one]), z.array(z.string()).min(1)]).optional(),
  pair: z.array(z.string()).min(2).max(2).optional(),
  few: z.array(z.string()).min(2).max(4).optional(),
  gives: z.union([z.literal('all'), z.int().min(0), z.string().regex(/^E/, 'an errno such as EIO')]).optional(),
  hit: z.union([z.literal('data'), z.strictObject({ code: z.enum(['AO', 'AR']), lsb: z.int().optional() })]).optional(),
  either: z
    .union([
      z.strictObject({ to: z.string(), none: z.literal(true) }),
      z.strictObject({ to: z.string(), code: z.string() }),
    ])
    .optional(),
  files: z.record(z.string().regex(/^\//, 'an absolute path'), z.strictObject({ pages: z.int() })).optional(),
  list: z.array(z.strictObject({ name: z.string() })).optional(),
  flag: z.boolean().optional(),
  range: z
    .strictObject({ a: z.int().optional(), b: z.int().optional() })
    .refine(({ a, b }) => a !== undefined || b !== undefined, { error: 'say `a` or `b`' })
    .optional(),
});

function complaint(text: string, options: CheckOptions = {}): string {
  try {
    checkYaml(parseYaml(text, 'x.yaml'), schema, [], options);
    return 'right';
  } catch (error) {
    expect(error).toBeInstanceOf(UsageError);
    return renderError(error);
  }
}

it('gives what the schema makes of it', () => {
  const value = checkYaml(parseYaml('title: t\non: pmem0\n', 'x.yaml'), schema);
  expect(value).toEqual({ title: 't', kind: 'pc', on: ['pmem0'] });
});

const mistakes = [
  ['an unknown key', 'title: t\nknid: pc\n'],
  ['an unknown key that is like none', 'title: t\nzzz: pc\n'],
  ['a misspelled key, not the one that is missing because of it', 'titel: t\n'],
  ['a missing key', 'kind: pc\n'],
  ['a key without a value', 'title:\n'],
  ['a number where text is wanted', 'title: 6.12\n'],
  ['an empty text', 'title: ""\n'],
  ['a word that is none of those allowed', 'title: t\nkind: p35\n'],
  ['a word that is nearly one of two words', 'title: t\nstate: shutdown\n'],
  ['a number out of its range', 'title: t\ncount: 9\n'],
  ['half a number', 'title: t\ncount: 1.5\n'],
  ['a word for a number', 'title: t\nratio: much\n'],
  ['too small a number', 'title: t\nleast: 2\n'],
  ['too great a number', 'title: t\nmost: 4\n'],
  ['a list with too few', 'title: t\npair: [a]\n'],
  ['an empty list', 'title: t\non: []\n'],
  ['a list with too many', 'title: t\npair: [a, b, c]\n'],
  ['a list with more than a few', 'title: t\nfew: [a, b, c, d, e]\n'],
  ['neither text nor a list', 'title: t\non: 3\n'],
  ['a bad entry of a list', 'title: t\non: [a, 3]\n'],
  ['none of several kinds', 'title: t\ngives: io\n'],
  ['a word where a block could be', 'title: t\nhit: SIGBUS\n'],
  ['what is wrong inside of the alternative that was meant', 'title: t\nhit: {code: AX}\n'],
  ['an unknown key inside of an alternative', 'title: t\nhit: {code: AO, lbs: 12}\n'],
  ['the alternative that knows most of the keys', 'title: t\neither: {to: a, code: 3}\n'],
  ['the other one', 'title: t\neither: {to: a, none: false}\n'],
  ['a bad key of a record', 'title: t\nfiles: {data: {pages: 1}}\n'],
  ['a missing key deep inside', 'title: t\nfiles:\n  /data:\n    {}\n'],
  ['a missing key in an entry of a list', 'title: t\nlist:\n  - name: a\n  - {}\n'],
  ['a word for true', 'title: t\nflag: maybe\n'],
  ['what only keys together make wrong', 'title: t\nrange: {}\n'],
  ['an empty file', ''],
  ['a list for a file', '- a\n'],
  ['a word for a file', 'hello\n'],
  ['a quote that is not closed', 'title: "t\n'],
  ['a tab', 'title: t\n\tkind: pc\n'],
  ['a key twice', 'title: t\nkind: pc\ntitle: u\n'],
] as const;

it('says in plain words what is wrong, where, and what would be right', () => {
  expect(mistakes.map(([what, text]) => `- ${what}\n${complaint(text)}`).join('\n')).toMatchInlineSnapshot(`
    "- an unknown key
    x.yaml:2:1: unknown key \`knid\`, did you mean \`kind\`?
      known here: title, kind, state, count, ratio, least, most, on, pair, few, gives, hit, either, files, list, flag, range
    - an unknown key that is like none
    x.yaml:2:1: unknown key \`zzz\`
      known here: title, kind, state, count, ratio, least, most, on, pair, few, gives, hit, either, files, list, flag, range
    - a misspelled key, not the one that is missing because of it
    x.yaml:1:1: unknown key \`titel\`, did you mean \`title\`?
      known here: title, kind, state, count, ratio, least, most, on, pair, few, gives, hit, either, files, list, flag, range
    - a missing key
    x.yaml:1:1: \`title\` is missing
      title: One line
    - a key without a value
    x.yaml:1:1: \`title\` is empty; it must be text
      title: One line
    - a number where text is wanted
    x.yaml:1:1: \`title\` must be text, not 6.12; put it in quotes
      title: One line
    - an empty text
    x.yaml:1:1: \`title\` must not be empty
      title: One line
    - a word that is none of those allowed
    x.yaml:2:1: \`kind\` must be one of pc, q35, not \`p35\`, did you mean \`q35\`?
      kind: What it is
    - a word that is nearly one of two words
    x.yaml:2:1: \`state\` must be one of working, \`shut down\`, not \`shutdown\`, did you mean \`shut down\`?
    - a number out of its range
    x.yaml:2:1: \`count\` must be a whole number from 1 to 8, not 9
    - half a number
    x.yaml:2:1: \`count\` must be a whole number from 1 to 8, not 1.5
    - a word for a number
    x.yaml:2:1: \`ratio\` must be a number, not \`much\`
    - too small a number
    x.yaml:2:1: \`least\` must be a whole number of at least 3, not 2
    - too great a number
    x.yaml:2:1: \`most\` must be a whole number of at most 3, not 4
    - a list with too few
    x.yaml:2:1: \`pair\` must be a list with 2 entries: [NAME, ...], not a list with 1 entry
    - an empty list
    x.yaml:2:1: \`on\` must be text or a list with at least 1 entry: [NAME, ...], not an empty list
    - a list with too many
    x.yaml:2:1: \`pair\` must be a list with 2 entries: [NAME, ...], not a list with 3 entries
    - a list with more than a few
    x.yaml:2:1: \`few\` must be a list with 2 to 4 entries: [NAME, ...], not a list with 5 entries
    - neither text nor a list
    x.yaml:2:1: \`on\` must be text or a list with at least 1 entry: [NAME, ...], not 3
    - a bad entry of a list
    x.yaml:2:9: entry 2 of \`on\` must be text, not 3; put it in quotes
    - none of several kinds
    x.yaml:2:1: \`gives\` must be all, a whole number of at least 0 or an errno such as EIO, not \`io\`
    - a word where a block could be
    x.yaml:2:1: \`hit\` must be data or a block with keys such as code, lsb, not \`SIGBUS\`
    - what is wrong inside of the alternative that was meant
    x.yaml:2:7: \`code\` must be one of AO, AR, not \`AX\`, did you mean \`AO\`?
    - an unknown key inside of an alternative
    x.yaml:2:17: unknown key \`lbs\`, did you mean \`lsb\`?
      known here: code, lsb
    - the alternative that knows most of the keys
    x.yaml:2:17: \`code\` must be text, not 3; put it in quotes
    - the other one
    x.yaml:2:17: \`none\` must be true, not false
    - a bad key of a record
    x.yaml:2:9: the key \`data\` must be an absolute path
    - a missing key deep inside
    x.yaml:3:3: \`pages\` is missing
    - a missing key in an entry of a list
    x.yaml:4:5: \`name\` is missing
    - a word for true
    x.yaml:2:1: \`flag\` must be true or false, not \`maybe\`
    - what only keys together make wrong
    x.yaml:2:1: \`range\`: say \`a\` or \`b\`
    - an empty file
    x.yaml is empty
      keys of such a file: title, kind, state, count, ratio, least, most, on, pair, few, gives, hit, either, files, list, flag, range
    - a list for a file
    x.yaml:1:1: the file must be a block with keys such as title, kind, state, count, ratio, least, most, on, pair, few, gives, hit, either, files, list, flag, range, not a list with 1 entry
    - a word for a file
    x.yaml:1:1: the file must be a block with keys such as title, kind, state, count, ratio, least, most, on, pair, few, gives, hit, either, files, list, flag, range, not \`hello\`
    - a quote that is not closed
    x.yaml:1:8: a quote that is not closed
    - a tab
    x.yaml:2:1: a tab in the indentation; YAML is indented with spaces
    - a key twice
    x.yaml:3:1: the key \`title\` is there twice"
  `);
});

it('checks a part of a file, with the place in the whole', () => {
  const yaml = parseYaml('steps:\n  - {}\n  - touch: {pages: many}\n', 'x.yaml');
  const part = z.strictObject({ pages: z.int() });
  expect(() => checkYaml(yaml, part, ['steps', 1, 'touch'])).toThrow(
    expect.objectContaining({ at: 'x.yaml:3:13', message: '`pages` must be a whole number, not `many`' }) as Error,
  );
});

it.each([
  ['an old key', 'title: t\nsort: pc\n', 'x.yaml:2:1: unknown key `sort`: it is `kind` now'],
  ['an old key inside of a list', 'title: t\nlist:\n  - {of: a}\n', 'x.yaml:3:6: unknown key `of`: it is `name` now'],
  ['an old key of an alternative', 'title: t\nhit: {of: AO}\n', 'x.yaml:2:7: unknown key `of`: it is `code` now'],
  ['an old key of another place', 'title: t\nold: pc\n', 'x.yaml:2:1: unknown key `old`'],
  ['what every object has', 'title: t\nconstructor: pc\n', 'x.yaml:2:1: unknown key `constructor`'],
])('gives the name of today for %s', (_, text, message) => {
  const renamed = { sort: 'kind', of: ['name', 'code'], old: 'lsb' };
  expect(complaint(text, { renamed }).split('\n')[0]).toBe(message);
});
