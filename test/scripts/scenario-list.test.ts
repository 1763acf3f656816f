// SPDX-License-Identifier: GPL-2.0-only
import path from 'node:path';
import { expect, it } from 'vitest';
import { parseFeatures } from '../../harness/scenario/features.ts';
import { findScenarios, scenarioNames } from '../../harness/scenario/load.ts';
import { directories, scenarioList, sources } from '../../scripts/scenario-list.ts';

const features = parseFeatures(
  'pre-remove: {kernels: ">=6.8", because: not before 6.8 (drivers/dax/super.c:kill_dax)}',
  'x',
);
const page = scenarioList(features, findScenarios(['remove/frozen', 'remove/shared-mappers']));

it('has a row for each scenario: link, title, tags, known issues, features, source', () => {
  expect(page.match(/^\| \[.*$/gm)?.join('\n')).toMatchInlineSnapshot(`
    "| [frozen](../scenarios/remove/frozen.yaml) | Removing the device shuts down and thaws a filesystem that userspace froze | pre-remove, unbind, freeze | [KB10](kernel-bugs.md#kb10) \`>=6.8 <6.12.117 \\|\\| >=6.13 <7.2\` | [pre-remove](#features), [xfs-dax-reflink](#features) | \`fs/xfs/xfs_notify_failure.c:xfs_dax_notify_failure_thaw\` |
    | [shared-mappers](../scenarios/remove/shared-mappers.yaml) | Unbinding nd_pmem signals every process that maps a page, and unmaps the pages | pre-remove, unbind | [KB7](kernel-bugs.md#kb7) \`>=6.0 <6.8\`<br>[KB4](kernel-bugs.md#kb4) \`>=6.14\` | [xfs-dax-reflink](#features) |  |"
  `);
});

it('has the features, and how many scenarios need each', () => {
  expect(page.split('## Features')[1]).toMatchInlineSnapshot(`
    "

    What a kernel, or the QEMU that runs it, must have for some scenarios: kernels/features.yaml.

    | feature | kernels | QEMU | why others lack it | scenarios |
    | --- | --- | --- | --- | --- |
    | \`pre-remove\` | \`>=6.8\` | \`*\` | not before 6.8 (drivers/dax/super.c:kill_dax) | 1 |
    "
  `);
});

it('says what each directory is about, and of no other', () => {
  const shipped = new Set(scenarioNames().map((name) => path.posix.dirname(name)));
  expect(Object.keys(directories).toSorted()).toEqual([...shipped].toSorted());
});

it('takes the places in kernel code from a text, each once', () => {
  expect(sources('As in mm/a.c:f and (fs/xfs/b.h:g), again mm/a.c:f; not a.c:f, /tmp/x.c, fs/c.c:\n')).toEqual([
    'mm/a.c:f',
    'fs/xfs/b.h:g',
  ]);
});
