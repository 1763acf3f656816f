// SPDX-License-Identifier: GPL-2.0-only
// What xfstests reports of one test: result.xml of `check -R xunit-quiet`, and what check printed. Pure.

import type { SuiteOutcome, TestRun } from './suite.ts';

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** @returns undefined when check did not report the test */
export function xfstestsOutcome(test: string, { output, files }: TestRun): SuiteOutcome | undefined {
  const report = testcaseOf(test, files.get('result.xml') ?? '');
  if (report === undefined) return undefined;
  const { seconds, body } = report;
  const skipped = /<skipped(?: message="([^"]*)")?/.exec(body);
  if (skipped !== null) {
    const why = skipped[1] === undefined ? undefined : unescaped(skipped[1]).trim();
    return { verdict: 'skip', why: `${test} was not run: ${why ?? 'check does not say why'}` };
  }
  const failure = /<failure(?: message="([^"]*)")?/.exec(body);
  if (failure === null) return { verdict: 'pass', seen: `${test} passed in ${seconds} s` };
  const how = unescaped(failure[1] ?? '').trim();
  return { verdict: 'fail', seen: [how, difference(output)].filter((text) => text !== '').join('\n') };
}

function testcaseOf(test: string, xml: string): { seconds: string; body: string } | undefined {
  for (const [, name, seconds = '?', body = ''] of xml.matchAll(
    /<testcase [^>]*name="([^"]*)" time="([^"]*)"[^>]*>(.*?)<\/testcase>/gs,
  )) {
    if (name === test) return { seconds, body };
  }
  return undefined;
}

/** The lines that check prints of an output that is not as it should be. */
function difference(output: string): string {
  return output
    .split('\n')
    .filter((line) => /^ {4}[-+@ ]/.test(line))
    .map((line) => line.slice(4))
    .join('\n');
}

function unescaped(text: string): string {
  return text.replace(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole);
}
