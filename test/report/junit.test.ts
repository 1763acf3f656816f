// SPDX-License-Identifier: GPL-2.0-only
import { XMLParser } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import { junitXml } from '../../harness/report/junit.ts';
import { designStory, ended, oops, planned, recordOf } from '../results/story.ts';

function parsed(xml: string): unknown {
  // The parser lets through what XML 1.0 forbids.
  expect(xml).not.toMatch(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u);
  const isArray = (name: string) => ['testsuite', 'testcase'].includes(name);
  return new XMLParser({ ignoreAttributes: false, attributeNamePrefix: '', isArray, trimValues: false }).parse(xml);
}

test('a suite a kernel, failures for what is unexpected, skipped with a reason for what is known', () => {
  const xml = junitXml(recordOf(designStory()));
  expect(parsed(xml)).toMatchObject({
    testsuites: {
      tests: '12',
      failures: '2',
      errors: '0',
      skipped: '5',
      testsuite: [
        { name: 'debian:6.1', tests: '4', failures: '2', skipped: '1', timestamp: '2026-11-20T10:15:02' },
        { name: 'debian:6.12', tests: '4', failures: '0', skipped: '1' },
        { name: 'debian:7.2', tests: '4', failures: '0', skipped: '3' },
      ],
    },
  });
  expect(xml.split('\n').filter((line) => line.includes('name="remove/shared-mappers"'))).toMatchInlineSnapshot(`
    [
      "<testcase name="remove/shared-mappers" classname="debian:6.1" time="3.100"><failure type="crash" message="BUG: kernel NULL pointer dereference in dax_disassociate_entry">Unbinding the pmem driver signals every process that maps a file on it",
      "<testcase name="remove/shared-mappers" classname="debian:6.12" time="0.812"/>",
      "<testcase name="remove/shared-mappers" classname="debian:7.2" time="12.400"><skipped message="known: hang: blockcount wraps in xfs_dax_notify_dev_failure() for every AG but the last (kernels/known/xfs-ag-wrap.md)"/><system-out>Unbinding the pmem driver signals every process that maps a file on it",
    ]
  `);
});

test('whatever the kernel log holds, the file is XML and the text can be read back', () => {
  const nasty = 'a\u0000\u001b[31m <b> & "q" \uD800 ]]> \uFFFE é 🦀\nsecond\ttab';
  const cell = planned('poison/load', 'debian:6.12');
  const [first] = oops.deviations;
  const result = ended(cell, { ...oops, deviations: [{ ...first, kind: 'crash', title: nasty, seen: nasty }] });
  const story = { kernels: ['debian:6.12'], cells: [cell], results: [result] };
  const shown = 'a\\x00\\x1b[31m <b> & "q" \\xd800 ]]> \\xfffe é 🦀\nsecond\ttab';
  expect(parsed(junitXml(recordOf(story)))).toMatchObject({
    testsuites: { testsuite: [{ testcase: [{ failure: { '#text': expect.stringContaining(shown) as string } }] }] },
  });
});

test('broken cells and cells that never ran are errors', () => {
  const cells = ['a', 'b'].map((scenario) => planned(scenario, 'debian:6.12'));
  const results = cells.slice(0, 1).map((cell) => ended(cell, { verdict: 'error', why: 'QEMU <died>' }));
  const xml = junitXml(recordOf({ kernels: ['debian:6.12'], cells, results, interrupted: true }));
  expect(parsed(xml)).toMatchObject({
    testsuites: {
      errors: '2',
      failures: '0',
      testsuite: [
        {
          testcase: [
            { error: { type: 'error', message: 'QEMU <died>' } },
            { error: { message: 'not run: the run was interrupted' } },
          ],
        },
      ],
    },
  });
});
