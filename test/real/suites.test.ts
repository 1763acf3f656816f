// SPDX-License-Identifier: GPL-2.0-only
// A small suite in the layout of xfstests, built in its tree and run in guests: each of its tests is a cell, and one that ends its guest
// costs no other.

import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { hazmat, latestRun, temporaryFolder } from './hazmat.ts';

/** Reports a test as check of xfstests does: `check -T -R xunit-quiet TEST`. */
const check = `#!/bin/bash
test=\${@: -1}
mkdir -p "$RESULT_BASE/\${test%/*}"
echo "run fstests $test" > /dev/kmsg
bash "tests/$test" > "$RESULT_BASE/$test.full" 2>&1
status=$?
inside=
if [ -e "$RESULT_BASE/$test.notrun" ]; then
	inside="<skipped message=\\"$(cat "$RESULT_BASE/$test.notrun")\\" />"
elif [ $status -ne 0 ]; then
	inside="<failure message=\\"[failed, exit status $status]\\" type=\\"TestFail\\" />"
fi
cat > "$RESULT_BASE/result.xml" <<END
<testsuite name="xfstests">
	<testcase classname="xfstests.global" name="$test" time="1">
		$inside
	</testcase>
</testsuite>
END
`;

const tests: Record<string, string> = {
  // What the tree has: the program that was built in it, and a test device with a filesystem.
  '001': './src/answer && mount -t xfs "$TEST_DEV" "$TEST_DIR"',
  '002': 'exit 3',
  '003': 'echo "needs a tape" > "$RESULT_BASE/generic/003.notrun"',
  '004': 'echo c > /proc/sysrq-trigger; sleep 100',
  '005': 'sleep 100000',
};

const files: Record<string, string> = {
  check,
  Makefile: 'src/answer: src/answer.c\n\t$(CC) -o $@ $<\n',
  'src/answer.c': 'int main(void)\n{\n\treturn 0;\n}\n',
  ...Object.fromEntries(
    Object.entries(tests).map(([name, text]) => [
      `tests/generic/${name}`,
      `#!/bin/bash\n# _begin_fstest, as xfstests has it\n: <<END\n_begin_fstest auto small\nEND\n${text}\n`,
    ]),
  ),
};

const scenario = `title: A suite that was made for a test
machine: three-nvdimms
stack:
  - namespace: {name: pmem0}
  - namespace: {name: pmem1}
suite:
  name: xfstests
  groups: [small]
  filesystem: xfs
  test-device: pmem0
  scratch-device: pmem1
  mkfs-options: "-m rmapbt=1,reflink=1"
  limits: {generic/005: 2s}
known:
  - {kernels: "*", verdict: fail, steps: [test], tests: [generic/002], because: it was made to fail}
`;

test('each test of a suite is a cell, and a crash or a hang is that of its own test', async () => {
  const folder = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, 'suite', name)), { recursive: true });
    writeFileSync(path.join(folder, 'suite', name), text);
  }
  chmodSync(path.join(folder, 'suite/check'), 0o755);
  const file = path.join(folder, 'small.yaml');
  writeFileSync(file, scenario);
  const run = await hazmat(['run', file, '-k', '6.12', '--suite', `xfstests=${path.join(folder, 'suite')}`]);
  const { cells } = latestRun(run.results);
  const seen = cells.map((cell) => [path.basename(cell.scenario), cell.verdict, cell.expected]).sort();
  expect(seen).toEqual([
    ['generic-001', 'pass', true],
    ['generic-002', 'fail', true],
    ['generic-003', 'skip', true],
    ['generic-004', 'crash', false],
    ['generic-005', 'hang', false],
  ]);
  const why = (name: string): string => cells.find((cell) => path.basename(cell.scenario) === name)?.why ?? '';
  expect(why('generic-003')).toBe('generic/003 was not run: needs a tape');
  expect(why('generic-004')).toContain('sysrq triggered crash');
  expect(why('generic-005')).toContain('generic/005');
  const first = cells.find((cell) => path.basename(cell.scenario) === 'generic-001');
  const at = path.join(run.results, 'latest', first?.folder ?? '');
  expect(readFileSync(path.join(at, 'suite/result.xml'), 'utf8')).toContain('name="generic/001"');
  expect(readFileSync(path.join(at, 'dmesg.txt'), 'utf8')).toContain('run fstests generic/001');
});

test('without a checkout a suite is skipped, and how to give one is said', async () => {
  const file = path.join(temporaryFolder(), 'small.yaml');
  writeFileSync(file, scenario);
  const run = await hazmat(['run', file, '-k', '6.12'], { HAZMAT_XFSTESTS: '' });
  expect(latestRun(run.results).cells).toMatchObject([{ verdict: 'skip', expected: true }]);
  expect(run.stdout).toContain('--suite xfstests=PATH');
});
