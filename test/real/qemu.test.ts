// SPDX-License-Identifier: GPL-2.0-only
// Guests on QEMUs that are fetched, all in one matrix, and a kernel's copy of poison, in which they differ.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { hazmat, latestRun, leftovers, temporaryFolder } from './hazmat.ts';

it('runs scenarios on QEMU 10 and 11, and skips what QEMU 10 cannot do', async () => {
  const file = path.join(temporaryFolder(), 'qemu.yaml');
  writeFileSync(
    file,
    `title: Newer QEMUs
kernels: ["6.12"]
scenarios: [remove/shared-mappers, poison/consume-read, poison/consume-anywhere, poison/ghes-corrected]
parameters:
  - {name: host}
  - {name: "10", qemu: "debian:trixie"}
  - {name: "11", qemu: "debian:trixie-backports"}
`,
  );
  const { results, exitCode } = await hazmat(['matrix', file]);
  const { cells, environment } = latestRun(results);
  const outcomes = Object.fromEntries(cells.map(({ kernel, scenario, verdict }) => [`${kernel} ${scenario}`, verdict]));
  const all = (kernel: string, read: string): object => ({
    [`${kernel} remove/shared-mappers`]: 'pass',
    [`${kernel} poison/consume-read`]: read,
    [`${kernel} poison/consume-anywhere`]: 'pass',
    [`${kernel} poison/ghes-corrected`]: 'pass',
  });
  expect(outcomes).toEqual({
    ...all('6.12 [host]', 'pass'),
    ...all('6.12 [10]', 'skip'),
    ...all('6.12 [11]', 'pass'),
  });
  expect(cells.find(({ verdict }) => verdict === 'skip')?.why).toContain('copy-machine-check');
  expect(exitCode).toBe(0);
  expect(environment.qemu).toMatch(/debian:trixie: \d+\.\d+.*; debian:trixie-backports: \d+\.\d+/);
  expect(leftovers()).toEqual([]);
});
