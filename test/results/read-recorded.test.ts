// SPDX-License-Identifier: GPL-2.0-only
// cspell:ignore lab -- a field of version 1
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { renderError } from '../../harness/host/errors.ts';
import { firstIssue, readRecorded } from '../../harness/results/read-recorded.ts';
import { temporaryFolder } from '../host/temporary.ts';

const schema = z.object({ version: z.literal(2), cells: z.array(z.object({ name: z.string() })) });

function read(text: string): unknown {
  const file = path.join(temporaryFolder(), 'x.json');
  writeFileSync(file, text);
  try {
    return readRecorded(file, schema);
  } catch (error) {
    return renderError(error).replaceAll(file, 'FILE');
  }
}

test('a file of this version is read; what the schema does not know is dropped', () => {
  expect(read('{"version": 2, "cells": [{"name": "a", "more": 1}]}')).toEqual({ version: 2, cells: [{ name: 'a' }] });
});

test('another version is named with what to do, as far as the file says', () => {
  expect(read('{"version": 1, "command": "npx hazmat run a", "lab": {"hazmat": "0.1.0"}}')).toMatchInlineSnapshot(`
    "FILE: this file has version 1; this hazmat reads version 2
      Read it with hazmat 0.1.0, which wrote it, or run it again:
      npx hazmat run a"
  `);
  expect(read('{"version": 3, "environment": {"hazmat": "0.3.0"}}')).toMatchInlineSnapshot(`
    "FILE: this file has version 3; this hazmat reads version 2
      Read it with hazmat 0.3.0, which wrote it, or run it again"
  `);
  expect(read('{"version": "two", "command": 7, "lab": []}')).toMatchInlineSnapshot(`
    "FILE: this file has version "two"; this hazmat reads version 2
      Read it with the hazmat that wrote it, or run it again"
  `);
});

test('damage is named with its place', () => {
  expect(read('{"version": 2, "cells": [{"name": "a"}, {}]}')).toBe(
    'FILE: this file is damaged: cells[1].name: Invalid input: expected string, received undefined',
  );
  expect(read('{"version": 2')).toMatch(/^FILE: this file is damaged: it is not whole JSON: /);
  expect(read('')).toMatch(/^FILE: this file is damaged: it is not whole JSON: /);
});

test('the place of an issue is written as in JavaScript', () => {
  const { error } = z.array(z.object({ a: z.string() })).safeParse([{ a: 1 }]);
  if (error === undefined) throw new Error('it parsed');
  expect(firstIssue(error)).toMatch(/^\[0\]\.a: Invalid input/);
});
