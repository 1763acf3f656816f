// SPDX-License-Identifier: GPL-2.0-only
// A series on a stock kernel, the short way: its modules are built and replaced, and what hung passes.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { buildNeeds, installLine, missingNeeds } from '../../harness/host/needs.ts';
import { renderError } from '../../harness/host/errors.ts';
import { projectRoot } from '../../harness/host/places.ts';
import { closureIn, readModuleIndex } from '../../harness/kernel/module-index.ts';
import { resolveKernel } from '../../harness/kernel/resolve.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { hazmat, latestRun } from './hazmat.ts';

const spec = '7.2+kernels/series/xfs-notify-failure-range';
const missing = missingNeeds(buildNeeds);
if (missing.length > 0) console.log(`skipped: building kernel modules needs ${installLine(missing)}`);
const testOfBuilding = test.skipIf(missing.length > 0);

testOfBuilding('7.2 with the shipped fix is built once, and the unbind that hangs on 7.2 passes', async () => {
  const stock = await resolveKernel('7.2');
  const kernel = await resolveKernel(spec, { progress: (note) => console.log(note) });
  expect(kernel).toMatchObject({
    spec,
    label: '7.2+xfs-notify-failure-range',
    version: stock.version,
    release: stock.release,
  });
  expect(kernel.origin).toMatch(/xfs\.ko from linux-source-7\.2 .* with 1 patch$/);
  expect(kernel.id).not.toBe(stock.id);
  // Everything but xfs.ko is the stock kernel's own file.
  const content = (modules: string | undefined, file: string): Buffer => readFileSync(path.join(modules ?? '', file));
  const closure = closureIn(readModuleIndex(kernel), ['xfs', 'nd_pmem']);
  expect(closure).toEqual(closureIn(readModuleIndex(stock), ['xfs', 'nd_pmem']));
  expect(closure.filter((file) => !content(kernel.modules, file).equals(content(stock.modules, file)))).toEqual([
    'kernel/fs/xfs/xfs.ko',
  ]);

  const notes: string[] = [];
  const again = await resolveKernel(spec, { progress: (note) => notes.push(note) });
  // Functions are never equal.
  expect({ ...again, sourceHas: undefined }).toEqual({ ...kernel, sourceHas: undefined });
  expect(notes.filter((note) => /building|unpacking|preparing/.test(note))).toEqual([]);

  const run = await hazmat(['run', 'remove/shared-mappers', '--kernel', spec]);
  const { cells, kernelFacts } = latestRun(run.results);
  expect(cells).toMatchObject([{ verdict: 'pass', expected: true }]);
  expect(run.exitCode).toBe(0);
  // The fix is executed, its comment has no code, and both are of the file that it changes.
  const lines = kernelFacts[0]?.changed?.lines ?? [];
  const ran = new Set([...(cells[0]?.coverage?.executed ?? []), ...(cells[0]?.coverage?.perhaps ?? [])]);
  expect(new Set(lines.map(({ file }) => file))).toEqual(new Set(['fs/xfs/xfs_notify_failure.c']));
  expect(lines.filter(({ code }) => code).length).toBeGreaterThan(0);
  expect(lines.flatMap(({ code }, index) => (code && !ran.has(index) ? [index] : []))).toEqual([]);
  expect(lines.find(({ text }) => text.trim().startsWith('/*'))).toMatchObject({ code: false });
});

testOfBuilding('an edit of a module goes on from the boot of the stock kernel, and has the edited module', async () => {
  const series = path.join(projectRoot, 'kernels/series/xfs-notify-failure-range');
  const [name = ''] = readdirSync(series);
  // Another text each time, so that nothing of it is in the cache; the module says it in the kernel log.
  const said = `hazmat edit ${Date.now()}`;
  const line = '+\t\tnotify.blockcount = min(xg->xg_block_count - 1,\n';
  const edited = readFileSync(path.join(series, name), 'utf8')
    .replace(line, `+\t\tpr_info("${said}\\n");\n+\t\tif (xg->xg_gno == 77)\n+\t\t\tpr_info("never\\n");\n${line}`)
    .replace('@@ -327,9 +327,13 @@', '@@ -327,9 +327,16 @@');
  expect(edited).toContain(said);
  const file = path.join(temporaryFolder(), 'a.patch');
  writeFileSync(file, edited);
  const run = await hazmat(['run', 'remove/shared-mappers', '--kernel', `7.2+${file}`]);
  const record = latestRun(run.results);
  expect(record.cells).toMatchObject([{ verdict: 'pass', expected: true }]);
  const events = readFileSync(path.join(run.results, 'latest/events.jsonl'), 'utf8');
  expect(events).toContain('going on from the boot of 7.2');
  const [cell] = record.cells;
  expect(readFileSync(path.join(run.results, 'latest', cell?.folder ?? '', 'dmesg.txt'), 'utf8')).toContain(said);
  const changed = record.kernelFacts[0]?.changed?.lines ?? [];
  const [ofSaid, ofNever] = [said, 'never'].map((text) => changed.findIndex((one) => one.text.includes(text)));
  expect([changed[ofSaid ?? -1]?.code, changed[ofNever ?? -1]?.code]).toEqual([true, true]);
  expect(cell?.coverage?.executed).toContain(ofSaid);
  // Perhaps executed at most: the compiler merges what leads to the two messages.
  expect(cell?.coverage?.executed).not.toContain(ofNever);
});

testOfBuilding.each([
  [
    'fs/dax.c',
    'touches more than modules: fs/dax.c is built into the image',
    '--- /dev/null\n+++ b/Documentation/x.rst\n@@ -0,0 +1 @@\n+x\n--- a/fs/dax.c\n+++ b/fs/dax.c\n@@ -1,2 +1,3 @@\n // SPDX-License-Identifier: GPL-2.0-only\n+// more\n /*\n',
  ],
  [
    'fs/xfs/xfs_notify_failure.c',
    'does not apply: the hunk at line 1 of fs/xfs/xfs_notify_failure.c',
    '--- a/fs/xfs/xfs_notify_failure.c\n+++ b/fs/xfs/xfs_notify_failure.c\n@@ -1,1 +1,1 @@\n-no such line\n+x\n',
  ],
])('a series that cannot be built for a stock kernel says why: %s', async (_file, why, diff) => {
  const file = path.join(temporaryFolder(), 'a.patch');
  writeFileSync(file, diff);
  const error: unknown = await resolveKernel(`7.2+${file}`).catch((reason: unknown) => reason);
  expect(renderError(error)).toContain(why);
  // compare fails before there is a run; run goes on with the other kernels, and the cells have the verdict unbuilt.
  const compared = await hazmat(['compare', '--base', '7.2', '--series', file, 'remove']);
  expect(compared.exitCode).toBe(2);
  expect(compared.stderr).toContain(why);
  expect(existsSync(path.join(compared.results, 'latest'))).toBe(false);
  const run = await hazmat(['run', 'poison/badblock-then-read', '--kernel', `7.2,7.2+${file}`]);
  expect(run.exitCode).toBe(2);
  expect(latestRun(run.results).cells.map(({ verdict }) => verdict)).toEqual(['pass', 'unbuilt']);
  expect(run.stdout).toContain('UNBUILT');
});
