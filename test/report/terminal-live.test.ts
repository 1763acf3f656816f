// SPDX-License-Identifier: GPL-2.0-only
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { plainStyle } from '../../harness/report/style.ts';
import { LiveTerminal } from '../../harness/report/terminal-live.ts';
import { EventStream } from '../../harness/results/stream.ts';
import { bodiesOf, designStory, ended, planned, StoryClock, type Story } from '../results/story.ts';

async function played(story: Story): Promise<string> {
  const screen = Object.assign(new PassThrough(), { columns: 80, rows: 24 });
  const stream = new EventStream(new StoryClock());
  stream.add(new LiveTerminal(screen, plainStyle));
  for (const body of bodiesOf(story)) stream.emit(body);
  await stream.close();
  screen.end();
  return stripVTControlCharacters(await text(screen));
}

test('what ended scrolls up, and the report comes last, with the headline at its end', async () => {
  const printed = await played(designStory());
  expect(printed).toMatch(/^hazmat: 4 scenarios on 6\.1, 6\.12, 7\.2: 12 cells\n/);
  expect(printed.match(/^(?:CRASH|pass|hang|skip|fail) /gm)).toHaveLength(12);
  expect(printed).toMatch(/\nUNEXPECTED: [^]*\n2 UNEXPECTED, 5 pass, 4 known, 1 skip in 2m 13s; \S+-design\/\n$/);
});

test('one cell that passed needs no table', async () => {
  const cell = planned('poison/load', 'debian:7.2');
  const printed = await played({ kernels: ['debian:7.2'], cells: [cell], results: [ended(cell)] });
  expect(printed).toMatch(/\npass +7\.2 +poison\/load +0\.8 s\n\n1 pass in 2m 13s; \S+\/\n$/);
});
