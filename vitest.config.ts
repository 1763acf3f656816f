// SPDX-License-Identifier: GPL-2.0-only
import os from 'node:os';
import { defineConfig } from 'vitest/config';

/** Tests that wait for other processes and for the disk most of the time. */
const slow = ['test/cli/**/*.test.ts', 'test/host/{cache-damage,cache-races,kills,namespaces}.test.ts'];

/** A busy machine may need a minute for what takes a second: a limit is only for what never ends. */
const patient = { testTimeout: 180_000, hookTimeout: 180_000, expect: { poll: { timeout: 60_000 } } };

// fast: no guest, under a minute in all. program: the whole program as a new process for each test, and what else waits for
// processes, still without a guest. browser: HTML reports in Chromium. real: boots guests, two files at a time.
export default defineConfig({
  test: {
    // By default vitest leaves a core free for itself.
    maxWorkers: os.availableParallelism(),
    projects: [
      {
        test: {
          name: 'fast',
          include: ['test/**/*.test.ts'],
          exclude: ['test/{real,browser}/**', ...slow],
          ...patient,
          // A module is loaded once for all files of a worker: half of the time goes otherwise.
          isolate: false,
        },
      },
      { test: { name: 'program', include: slow, ...patient } },
      {
        test: { name: 'browser', include: ['test/browser/**/*.test.ts'], ...patient, fileParallelism: false },
      },
      {
        test: {
          name: 'real',
          include: ['test/real/**/*.test.ts'],
          testTimeout: 2_700_000,
          hookTimeout: 2_700_000,
          setupFiles: ['test/real/own-tmpdir.ts'],
          // While one waits for a guest or a deadline, the other has the cores; a harness runs as many guests as there are cores already.
          maxWorkers: 2,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
