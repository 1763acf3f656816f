// SPDX-License-Identifier: GPL-2.0-only
// The lines that series add, and which scenarios executed each, of runs that are there: a table for each kernel with a series.
//   npx tsx bench/series-lines.ts [RUN...]

import { coverageOf } from '../harness/compare/coverage.ts';
import { resultsRoot } from '../harness/host/places.ts';
import { findRun } from '../harness/results/find-run.ts';
import { readRun } from '../harness/results/read-run.ts';

const words = process.argv.slice(2);
for (const word of words.length === 0 ? ['latest'] : words) {
  const { cells, kernelFacts } = readRun(findRun(word, resultsRoot()));
  for (const { kernel, changed } of kernelFacts) {
    const own = cells.filter((cell) => cell.kernel === kernel);
    const coverage = coverageOf(changed, own);
    if (coverage === undefined) continue;
    const recorded = new Set(own.filter((cell) => cell.coverage !== undefined).map(({ scenario }) => scenario));
    console.log(`## ${kernel}\n\n${[...recorded].sort().join(', ')}\n`);
    console.log('| line | | executed by | text |\n| --- | --- | --- | --- |');
    for (const { file, line, state, scenarios, text } of coverage.lines) {
      const by = scenarios.length === recorded.size && recorded.size > 1 ? 'all' : scenarios.sort().join(', ');
      console.log(`| ${file}:${line} | ${state} | ${by} | \`${text.trim().replaceAll('|', '\\|')}\` |`);
    }
    for (const note of coverage.notes) console.log(`\n${note}`);
    console.log();
  }
}
