// SPDX-License-Identifier: GPL-2.0-only
import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { needs } from '../../harness/host/needs.ts';
import { poisonRoutes } from '../../harness/poison/routes.ts';
import { examineHost, type Check } from '../../harness/run/examine-host.ts';
import { temporaryFolder } from '../host/temporary.ts';

beforeEach(() => void vi.stubEnv('HAZMAT_CACHE', path.join(temporaryFolder(), 'cache')));
afterEach(() => void vi.unstubAllEnvs());

async function examined(missing: typeof needs = []): Promise<Map<string, Check[]>> {
  const sections = new Map<string, Check[]>();
  for await (const { title, checks } of examineHost(needs, missing)) sections.set(title, checks);
  return sections;
}

const find = (checks: Check[] | undefined, name: string): Check | undefined =>
  checks?.find((check) => check.name === name);

it('says where each program is, and of a missing one what it is for and which package has it', async () => {
  const absent = needs.filter(({ what }) => what === 'zstd');
  const programs = (await examined(absent)).get('Programs and files');
  expect(programs).toHaveLength(needs.length);
  expect(find(programs, 'zstd')).toEqual({
    state: 'missing',
    name: 'zstd',
    note: 'unpacks kernel modules, packs saved guests (package zstd)',
  });
  expect(find(programs, 'gcc')).toMatchObject({ state: 'ok', note: expect.stringMatching(/\/gcc$/) as string });
});

it('knows the emulator, and takes an order for its accelerator', async () => {
  vi.stubEnv('HAZMAT_ACCEL', 'tcg');
  const machine = (await examined()).get('This machine');
  expect(find(machine, 'QEMU')?.note).toMatch(/^\d+\.\d+\.\d+/);
  expect(find(machine, 'accelerator')?.note).toBe('tcg: HAZMAT_ACCEL says so');
  expect(find(machine, 'disk')?.note).toMatch(/ free for /);
});

it('names the mirror, and says how to set one where apt has none', async () => {
  vi.stubEnv('HAZMAT_MIRROR', 'http://own.example/debian');
  expect(find((await examined()).get('This machine'), 'mirror')?.note).toBe('http://own.example/debian');
  vi.stubEnv('HAZMAT_MIRROR', '');
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'apt-get'), '#!/bin/sh\n', { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}:${process.env.PATH ?? ''}`);
  expect(find((await examined()).get('This machine'), 'mirror')).toMatchObject({
    state: 'missing',
    note: expect.stringContaining('Set HAZMAT_MIRROR') as string,
  });
});

it('does not name a file that is not there', async () => {
  const wanted = [{ what: '/nonesuch/libjansson.a', package: 'libjansson-dev', why: 'is linked' }];
  for await (const { checks } of examineHost(wanted, [])) {
    expect(checks).toEqual([{ state: 'ok', name: 'libjansson.a', note: 'not here: Debian’s is fetched' }]);
    break;
  }
});

it('reports a QEMU that is too old, and goes on', async () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'qemu-system-x86_64'), '#!/bin/sh\necho QEMU emulator version 5.2.0\n');
  chmodSync(path.join(folder, 'qemu-system-x86_64'), 0o755);
  vi.stubEnv('PATH', `${folder}:${process.env.PATH ?? ''}`);
  const sections = await examined();
  expect(find(sections.get('This machine'), 'QEMU')).toMatchObject({
    state: 'missing',
    note: 'QEMU 5.2.0 is too old: 7.2 or later is needed',
  });
  expect(sections.get('Machines')?.length).toBeGreaterThan(0);
});

it('names each poison route with what it does', async () => {
  vi.stubEnv('HAZMAT_ACCEL', 'kvm');
  const routes = (await examined()).get('Poison routes');
  expect(routes?.map(({ name }) => name)).toEqual(poisonRoutes.map(({ name }) => name));
  expect(find(routes, 'badblocks')?.state).toBe('ok');
  const consume = poisonRoutes.find(({ name }) => name === 'consume');
  expect(find(routes, 'consume')?.note).toContain(consume?.title ?? 'no such route');
});
