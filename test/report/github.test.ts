// SPDX-License-Identifier: GPL-2.0-only
// cspell:ignore Areproduce -- an escaped line end before the word
import { expect, test } from 'vitest';
import { githubAnnotations, githubSummary } from '../../harness/report/github.ts';
import { designStory, ended, oops, planned, recordOf } from '../results/story.ts';

test('the summary has the counts, each unexpected cell, and the table folded', () => {
  const text = githubSummary(recordOf(designStory()));
  expect(text.split('\n').slice(0, 16).join('\n')).toMatchInlineSnapshot(`
    "# hazmat: design

    **2 UNEXPECTED, 5 pass, 4 known, 1 skip**

    ### CRASH 6.1 remove/shared&#45;mappers

    \`\`\`
    Unbinding the pmem driver signals every process that maps a file on it
    fail in signals: 0 of 3 mappers were signaled
      expected: SIGBUS BUS_MCEERR_AO at the mapped page, lsb 12, to every one of mappers
      seen: no signal in mappers[0], mappers[1], mappers[2]
      evidence: debian-6.1/remove/shared-mappers/verdict.json
    crash in unmount: BUG: kernel NULL pointer dereference in dax_disassociate_entry
      evidence: debian-6.1/remove/shared-mappers/dmesg
    reproduce: npx hazmat run remove/shared-mappers --kernel debian:6.1
    \`\`\`"
  `);
  expect(text).toContain('<details><summary>All cells</summary>');
  expect(text.match(/^### /gm)).toHaveLength(2);
});

test('an annotation for each kind of failure, escaped', () => {
  expect(githubAnnotations(recordOf(designStory()))).toBe(
    '::error title=crash debian%3A6.1 remove/shared-mappers::BUG: kernel NULL pointer dereference in dax_disassociate_entry' +
      ' (and 1 more cells)%0Areproduce: npx hazmat run remove/shared-mappers --kernel debian:6.1\n',
  );
});

/** A run whose cells all fail, each in its own way. */
function failing(count: number, seen: string) {
  const cells = Array.from({ length: count }, (_, index) => planned(`x/${index}`, 'debian:6.12'));
  const results = cells.map((cell) =>
    ended(cell, {
      ...oops,
      deviations: [{ kind: 'fail', step: 'read', title: `read: ${cell.scenario}`, wanted: 'EIO', seen }],
      verdict: 'fail',
    }),
  );
  return recordOf({ kernels: ['debian:6.12'], cells, results });
}

test('at most ten annotations, and at most 1 MiB of summary', () => {
  const record = failing(3000, 'x'.repeat(1000));
  expect(githubAnnotations(record).trim().split('\n')).toHaveLength(10);
  const text = githubSummary(record);
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1024 * 1024);
  expect(text).toMatch(/The rest is too long for this page: it is in summary.txt of the run.\n$/);
});

test('what a guest logs can neither end a fence nor become markup or a command', () => {
  const text = githubSummary(failing(1, 'a\n````\n# <img src=x>\n::error::x\u001b[2J'));
  const fence = /^(`+)$/m.exec(text)?.[1] ?? '';
  expect(fence.length).toBe(5);
  expect(text.split(fence)[1]).toContain('<img src=x>');
  expect(text.replaceAll(new RegExp(`${fence}[^]*?${fence}`, 'g'), '')).not.toContain('<img');
  expect(githubAnnotations(failing(1, 'x')).split('\n')).toHaveLength(2);
});
