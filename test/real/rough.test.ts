// SPDX-License-Identifier: GPL-2.0-only
// What goes wrong in real life: killed harnesses, guests that panic or never come, a full disk. One clear word, nothing left.

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { runProgram } from '../../harness/host/program.ts';
import { resolveKernel } from '../../harness/kernel/resolve.ts';
import { isGone } from '../host/is-gone.ts';
import { guestPids, hazmat, latestRun, leftovers, startHazmat, temporaryFolder, until } from './hazmat.ts';

function eventsOf(results: string): string {
  try {
    return readFileSync(path.join(results, 'latest/events.jsonl'), 'utf8');
  } catch {
    return '';
  }
}

describe('a harness that is stopped', () => {
  test('kill -9 ends its guests with it, and the next start finishes its run', async () => {
    const results = temporaryFolder();
    const run = startHazmat(['run', 'remove', '--kernel', '6.12', '--repeat', '20', '--jobs', '2'], results);
    await until(() => eventsOf(results).includes('"step-ended"') && guestPids(run.pid).length > 0);
    const guests = guestPids(run.pid);
    process.kill(run.pid ?? 0, 'SIGKILL');
    await run;
    await until(() => guests.every(isGone));
    const next = await hazmat(['run', 'poison/badblock-then-read', '--kernel', '6.12'], {}, results);
    expect(next.stdout).toMatch(/finished the reports of .*, a run that was killed/);
    expect(next.exitCode).toBe(0);
    expect(leftovers()).toEqual([]);
    const cut = readdirSync(results).find((name) => name.includes('remove'));
    const record = JSON.parse(readFileSync(path.join(results, cut ?? '', 'run.json'), 'utf8')) as {
      interrupted: boolean;
    };
    expect(record.interrupted).toBe(true);
  });

  test('Ctrl-C once stops in order, with results kept', async () => {
    const results = temporaryFolder();
    const run = startHazmat(['run', 'remove', '--kernel', '6.12', '--repeat', '20'], results);
    await until(() => eventsOf(results).includes('"cell-ended"'));
    process.kill(run.pid ?? 0, 'SIGINT');
    const { exitCode } = await run;
    expect(exitCode).toBe(130);
    expect(leftovers()).toEqual([]);
    const record = latestRun(results);
    expect(record.interrupted).toBe(true);
    expect(record.cells.length).toBeGreaterThan(0);
  });
});

describe('a guest that does not come up', () => {
  test('panics at once: a crash, with the panic named', async () => {
    const run = await hazmat(['run', 'poison/badblock-then-read', '--kernel', '6.12', '--append', 'rdinit=/nothing']);
    expect(run.exitCode).toBe(1);
    const [cell] = latestRun(run.results).cells;
    expect(cell?.verdict).toBe('crash');
    expect(cell?.deviations[0]?.title).toMatch(/panic/i);
    expect(leftovers()).toEqual([]);
  });

  test('an image that is not a kernel: an infrastructure error, with what QEMU printed', async () => {
    const image = path.join(temporaryFolder(), 'bzImage');
    writeFileSync(image, Buffer.alloc(1 << 20));
    const run = await hazmat(['run', 'poison/badblock-then-read', '--kernel', `image:${image}`]);
    expect([2, 3]).toContain(run.exitCode);
    expect(run.stdout + run.stderr).toContain(image);
    expect(leftovers()).toEqual([]);
  });

  test('a kernel without the modules that guests need: an infrastructure error that names them', async () => {
    const kernel = await resolveKernel('6.12');
    const run = await hazmat(['run', 'poison/badblock-then-read', '--kernel', `image:${kernel.image}`]);
    expect(run.exitCode).toBe(3);
    expect(latestRun(run.results).cells[0]?.verdict).toBe('error');
    expect(run.stdout).toMatch(/nd_pmem/);
  });
});

test('when not even the agent gets a CPU, the kernel is asked through its console what every CPU runs', async () => {
  // 6.1 has no fair server (6.12, kernel/sched/deadline.c), which would leave the agent its share.
  const file = path.join(import.meta.dirname, 'scenarios/starved.yaml');
  const run = await hazmat(['run', file, '--kernel', '6.1']);
  expect(run.exitCode).toBe(1);
  const [cell] = latestRun(run.results).cells;
  expect(cell?.verdict).toBe('hang');
  const text = readFileSync(path.join(run.results, 'latest', cell?.folder ?? '', 'hang.txt'), 'utf8');
  expect(text).toMatch(/CPU 0: task \d+ sh/);
  expect(text).toMatch(/CPU 1: task \d+ sh/);
});

describe('a full disk', () => {
  test.skipIf(process.getuid?.() !== 0)('is told once, and the run stops', async () => {
    const small = path.join(temporaryFolder(), 'small');
    mkdirSync(small);
    await runProgram(['mount', '-t', 'tmpfs', '-o', 'size=160K', 'hazmat-test', small]);
    try {
      const run = await hazmat(['run', 'poison', '--kernel', '6.12', '--repeat', '3'], {}, small);
      expect(run.exitCode).toBe(3);
      expect(run.stderr).toMatch(/the disk is full/);
      expect(leftovers()).toEqual([]);
    } finally {
      await runProgram(['umount', small]);
    }
  });
});

test('a scenario with a typo: one error with its place and what was meant, and nothing is run', async () => {
  const file = path.join(temporaryFolder(), 'typo.yaml');
  writeFileSync(
    file,
    'title: A typo\nstack:\n  - namespace: {name: pmem0}\nsteps:\n  - unbind: pmem0\n    dedline: 10s\n',
  );
  const run = await hazmat(['run', file, '--kernel', '6.12']);
  expect(run.exitCode).toBe(2);
  expect(run.stderr).toMatch(/typo\.yaml:6:5: unknown key `dedline`, did you mean `deadline`\?/);
  expect(readdirSync(run.results)).toEqual([]);
});
