// SPDX-License-Identifier: GPL-2.0-only
// cspell:ignore lab -- a field of version 1
import { appendFileSync, existsSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { renderError } from '../../harness/host/errors.ts';
import { EventsFile, readEvents, repairEvents } from '../../harness/results/events-file.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { bodiesOf, designStory, stamped } from './story.ts';

const events = stamped(bodiesOf(designStory()));
const lines = events.map((event) => `${JSON.stringify(event)}\n`);

function written(text: string): string {
  const file = path.join(temporaryFolder(), 'events.jsonl');
  writeFileSync(file, text);
  return file;
}

function errorOf(act: () => unknown, file: string): string {
  try {
    act();
  } catch (error) {
    return renderError(error).replaceAll(file, 'FILE');
  }
  return 'no error';
}

test('what was appended is read back; the file is made with the first event', () => {
  const file = path.join(temporaryFolder(), 'events.jsonl');
  const out = new EventsFile(file);
  expect(existsSync(file)).toBe(false);
  for (const event of events) out.append(event);
  out.close();
  expect(readEvents(file)).toEqual(events);
});

test.each(['{"seq":99,"ms":4,"ty', '{"seq":99}', 'x\n', '\n'])(
  'a last line `%j` that a sudden death left is cut off',
  (half) => {
    const file = written(lines.slice(0, 3).join('') + half);
    expect(readEvents(file)).toEqual(events.slice(0, 3));
    expect(repairEvents(file)).toEqual(events.slice(0, 3));
    expect(readFileSync(file, 'utf8')).toBe(lines.slice(0, 3).join(''));
    appendFileSync(file, lines[3] ?? '');
    expect(readEvents(file)).toEqual(events.slice(0, 4));
  },
);

test('a file without a whole line is empty after repair', () => {
  const file = written('{"seq":1');
  expect([repairEvents(file), readFileSync(file, 'utf8')]).toEqual([[], '']);
});

test('damage in the middle is named with file and line', () => {
  const file = written([lines[0], '{"seq":\n', lines[1]].join(''));
  expect(errorOf(() => readEvents(file), file)).toBe('FILE:2: this file is damaged: the line is not JSON');
});

test('events of another version are named, and nothing is cut off', () => {
  const { environment, ...start } = events[0]?.type === 'run-started' ? events[0] : { environment: undefined };
  const old = `${JSON.stringify({ ...start, lab: environment })}\n`;
  const file = written(old);
  expect(errorOf(() => repairEvents(file), file)).toMatchInlineSnapshot(`
    "FILE:1: this line is not an event that this hazmat knows: environment: Invalid input: expected record, received undefined
      Another version of hazmat may have written it: finish the run with that one, or remove its folder."
  `);
  expect(readFileSync(file, 'utf8')).toBe(old);
});

test('a full disk is named', () => {
  const file = path.join(temporaryFolder(), 'events.jsonl');
  symlinkSync('/dev/full', file);
  const [first] = events;
  if (first === undefined) throw new Error('an empty story');
  expect(errorOf(() => new EventsFile(file).append(first), file)).toMatch(/^the disk is full: FILE cannot be written/);
});
