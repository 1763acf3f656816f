// SPDX-License-Identifier: GPL-2.0-only
// Strings that a guest controls, in every place where a report shows one: none becomes markup, none runs. A dialog or an error fails the
// test (browser.ts).

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { htmlReport } from '../../harness/run/html-report.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { ended, planned } from '../results/story.ts';
import { useBrowser } from './browser.ts';
import { writeRun } from '../report/html/run-folders.ts';

const { open } = useBrowser();

const hostile = '</script><script>alert(1)</script><img src=x onerror=alert(2)>"\'<!--<b>bold</b>&lt;i&gt;\u202e\ud800';
/** As a browser shows it: half of a surrogate pair is no character. */
const shown = hostile.replace('\ud800', '\ufffd');

it('nothing that a guest says becomes markup', async () => {
  const cell = { ...planned('remove/rebind', 'debian:7.2'), title: hostile };
  const deviation = {
    kind: 'crash' as const,
    step: 'run',
    stepIndex: 0,
    title: hostile,
    wanted: hostile,
    seen: hostile,
    function: 'f',
  };
  const about = { id: cell.id, index: 0, step: 'run', label: hostile };
  const folder = await writeRun(temporaryFolder(), {
    name: 'hostile',
    kernels: ['debian:7.2'],
    cells: [cell],
    results: [ended(cell, { verdict: 'crash', why: hostile, deviations: [deviation] })],
    messages: [{ type: 'message', level: 'warning', text: hostile }],
    steps: ({ id }) => [
      { type: 'guest-clock', id, uptimeMs: 0 },
      { type: 'step-started', ...about },
      {
        type: 'signal',
        id,
        process: hostile,
        pid: 1,
        tid: 1,
        signo: 7,
        signal: hostile,
        code: hostile,
        address: hostile,
        lsb: 12,
      },
      {
        type: 'step-ended',
        ...about,
        outcome: 'deviates',
        wanted: hostile,
        seen: hostile,
        notes: [`note ${hostile}`],
        durationMs: 1,
      },
    ],
    texts: () => ({
      'dmesg.txt': `[    1.500000] ${hostile}\n`,
      'crash.txt': `${hostile}\noops:f:8d919d61\n\n[    1.500000] ${hostile}\n[    1.600000] f+0x1/0x2 ${hostile}\n`,
      'qemu.txt': hostile,
    }),
  });
  const file = path.join(temporaryFolder(), 'report.html');
  writeFileSync(file, await htmlReport([folder]));
  for (const hash of [
    '',
    '#view=cell&cell=7.2+remove/rebind',
    `#view=cell&cell=${encodeURIComponent(shown)}`,
    `#q=${encodeURIComponent(shown)}`,
  ]) {
    const page = await open(file, hash);
    if (hash.includes('rebind')) await page.getByRole('log').waitFor();
    expect(await page.locator('b, i, img, main script').count(), hash).toBe(0);
    // Of the script elements of the file only the last one is a program.
    expect(
      await page.locator('script').evaluateAll((all) => all.filter((one) => one.getAttribute('type') === null).length),
    ).toBe(1);
  }
  const page = await open(file, '#view=cell&cell=7.2+remove/rebind');
  await page.getByRole('log').waitFor();
  const text = await page.getByRole('main').innerText();
  // Title, why, deviation, report, step, signal, note, log, ...
  expect(text.split(shown.slice(0, 60)).length - 1).toBeGreaterThan(10);
});

it('the policy of the file stops a script that would be in it after all', async () => {
  const folder = await writeRun(temporaryFolder(), {
    kernels: ['debian:7.2'],
    cells: [planned('poison/load', 'debian:7.2')],
    results: [ended(planned('poison/load', 'debian:7.2'))],
  });
  const file = path.join(temporaryFolder(), 'report.html');
  const text = await htmlReport([folder]);
  writeFileSync(
    file,
    text.replace('<div id="page">', '<script>document.documentElement.id = "ran"</script><div id="page">'),
  );
  const page = await open(file, '', {}, [/Content Security Policy/]);
  expect(await page.locator('html').getAttribute('id')).toBeNull();
});
