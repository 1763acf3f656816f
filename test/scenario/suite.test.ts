// SPDX-License-Identifier: GPL-2.0-only
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { renderError } from '../../harness/host/errors.ts';
import { planVariant, plainVariant } from '../../harness/run/variants.ts';
import { findScenarios, loadScenario, type Scenario } from '../../harness/scenario/load.ts';
import { planGuest, skipReason } from '../../harness/scenario/plan.ts';
import { temporaryFolder } from '../host/temporary.ts';

const yaml = `title: The dax group passes
tags: [suite]
machine: two-nvdimms
stack:
  - namespace: {name: pmem0}
  - namespace: {name: pmem1}
suite:
  name: xfstests
  groups: [dax]
  filesystem: xfs
  test-device: pmem0
  scratch-device: pmem1
  exclude: slow.txt
  limit: 1m
  limits: {xfs/550: 3m}
known:
  - {kernels: "*", verdict: fail, steps: [test], tests: [xfs/550], because: a test}
`;

/** A scenario file, its exclude list, and a folder with the layout of xfstests. */
function files(text = yaml): string {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'xfstests/tests/xfs'), { recursive: true });
  writeFileSync(path.join(folder, 'xfstests/check'), '');
  for (const name of ['550', '551', '552']) {
    writeFileSync(path.join(folder, 'xfstests/tests/xfs', name), '_begin_fstest auto dax\n');
  }
  writeFileSync(path.join(folder, 'slow.txt'), '# not today\nxfs/552\n');
  writeFileSync(path.join(folder, 's.yaml'), text);
  return folder;
}

function give(folder: string): void {
  process.env['HAZMAT_XFSTESTS'] = path.join(folder, 'xfstests');
}

const kernel = { version: '6.12.107', has: () => true };

beforeEach(() => {
  delete process.env['HAZMAT_XFSTESTS'];
});
afterEach(() => {
  delete process.env['HAZMAT_XFSTESTS'];
});

it('is one scenario that is skipped while there is no checkout', () => {
  const file = path.join(files(), 's.yaml');
  const found = findScenarios([file]);
  expect(found.map(({ name }) => name)).toEqual([file]);
  expect(found.map((one) => skipReason(one, kernel))).toEqual([
    'no checkout of xfstests is given: say --suite xfstests=PATH, or set HAZMAT_XFSTESTS',
  ]);
});

it('is one scenario for each test that is not excluded, with a limit and known issues of its own', () => {
  const folder = files();
  give(folder);
  const file = path.join(folder, 's.yaml');
  const found = findScenarios([file]);
  expect(found.map(({ name }) => name)).toEqual([`${file}/xfs-550`, `${file}/xfs-551`]);
  expect(found.map(({ spec }) => spec.title)).toEqual([
    'The dax group passes: xfs/550',
    'The dax group passes: xfs/551',
  ]);
  expect(found.map(({ steps }) => steps.map(({ kind, deadlineMs }) => [kind.key, deadlineMs]))).toEqual([
    [['test', 180_000]],
    [['test', 60_000]],
  ]);
  expect(found.map(({ known }) => known.length)).toEqual([1, 0]);
  expect(found.map((one) => skipReason(one, kernel))).toEqual([undefined, undefined]);
  expect(findScenarios([`${file}/xfs-551`]).map(({ name }) => name)).toEqual([`${file}/xfs-551`]);
  expect(() => findScenarios([`${file}/xfs-552`])).toThrow(`no scenario \`${file}/xfs-552\``);
});

it('gives all tests one guest, which has the tree on the NVDIMM after those of the machine', () => {
  const folder = files();
  give(folder);
  const [first, second] = findScenarios([path.join(folder, 's.yaml')]) as [Scenario, Scenario];
  expect(first.machine).toMatchObject({ name: 'two-nvdimms+xfstests', suite: 'xfstests' });
  const { stages } = planGuest(first, '6.12.107');
  expect(planGuest(second, '6.12.107').stages).toEqual(stages);
  const whys = stages.flatMap(({ requests }) => requests.map(({ why }) => why));
  expect(whys.slice(-2)).toEqual(['mount the tree of the suite', 'make the filesystem of the test device']);
  const mounting = stages.flatMap(({ requests }) => requests).find(({ why }) => why === 'mount the tree of the suite');
  expect(mounting).toMatchObject({ args: { argv: ['sh', '-c', expect.any(String), 'enter', '/dev/pmem2'] } });
});

it('is run again with its checkout', () => {
  const folder = files();
  give(folder);
  const [cell] = planVariant(findScenarios([path.join(folder, 's.yaml')]), plainVariant('6.12'), 1);
  expect(cell?.reproduce).toMatch(new RegExp(`/s.yaml/xfs-550 --kernel 6.12 --suite xfstests=${folder}/xfstests$`));
});

it.each([
  ['an unknown suite', 'name: xfstests', 'name: xfstest', 'unknown suite `xfstest`, did you mean `xfstests`?'],
  ['a device that the stack does not have', 'device: pmem1', 'device: pmem2', 'unknown device `pmem2`'],
  ['a list that is not there', 'exclude: slow.txt', 'exclude: fast.txt', 'there is no file `fast.txt`'],
  ['a key that the suite does not have', 'filesystem:', 'file-system:', 'unknown key `file-system`'],
  ['steps besides', 'known:', 'steps: [reboot]\nknown:', '`suite` has its own steps: remove `steps`'],
])('refuses %s', (_what, from, to, message) => {
  const file = path.join(files(yaml.replace(from, to)), 's.yaml');
  let said = '';
  try {
    loadScenario(file);
  } catch (error) {
    said = renderError(error);
  }
  expect(said).toContain(message);
});

it('refuses a scenario without steps', () => {
  const file = path.join(files('title: x\nstack:\n  - namespace: {name: pmem0}\n'), 's.yaml');
  expect(() => loadScenario(file)).toThrow('`steps` is missing');
});
