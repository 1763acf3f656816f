// SPDX-License-Identifier: GPL-2.0-only
// results.ktap: KTAP version 1, as in the kernel's Documentation/dev-tools/ktap.rst: a test a kernel, a subtest a cell.
//
// A known issue is `ok ... # XFAIL`, as ksft_test_result_xfail() of the kernel's selftests prints it: parsers that do
// not know the directive fall back to "ok". A hang is `not ok ... # TIMEOUT`, error, unbuilt and a missing cell are `not ok ... # ERROR`.
//
// Metadata lines (`#:ktap_duration: 0.812s`) are those of the proposed version 2 (2-rc); a parser of version 1 takes them for
// diagnostics.

import type { CellResult, PlannedCell } from '../results/events.ts';
import type { RunRecord } from '../results/run-record.ts';
import { deviationLines, isEnded, notRunReason, settledLines } from './cell-lines.ts';
import { visible, visibleLines } from './text.ts';
import { mainDeviation } from '../results/main-deviation.ts';
import { isKnown } from '../results/verdicts.ts';
import { repeatSuffix } from './verdict-words.ts';

interface Line {
  ok: boolean;
  /** What follows ` # `, or nothing. */
  directive: string;
  diagnostics: string[];
}

export function ktapText(record: RunRecord): string {
  const kernels = record.kernels.flatMap((kernel, index) => kernelTest(record, kernel, index + 1));
  return ['KTAP version 1', `1..${record.kernels.length}`, ...kernels, ''].join('\n');
}

function kernelTest(record: RunRecord, kernel: string, number: number): string[] {
  const cells = [...record.cells, ...record.unfinished].filter((cell) => cell.kernel === kernel);
  const lines = cells.map((cell) => (isEnded(cell) ? endedLine(cell) : notRunLine(record)));
  const skipped = cells.length > 0 && cells.every((cell) => isEnded(cell) && cell.verdict === 'skip');
  const facts = record.kernelFacts.find((one) => one.kernel === kernel);
  const subtests = cells.flatMap((cell, index) => {
    const line = lines[index];
    const name = cell.scenario + repeatSuffix(cell);
    return line === undefined ? [] : [...cellMetadata(cell, name), ...written(line, index + 1, name)];
  });
  const overall: Line = {
    ok: lines.every((line) => line.ok),
    directive: skipped ? 'SKIP every cell was skipped' : '',
    diagnostics: facts === undefined ? [] : [`${facts.release}: ${facts.origin}`],
  };
  const metadata = metadataLines([
    ['ktap_test', kernel],
    ['ktap_kernel_version', facts?.release],
    ['ktap_arch', 'x86_64'],
    ['ktap_config', record.variants?.find(({ name }) => name === kernel)?.config.join(' ')],
    ['custom_hazmat_origin', facts?.origin],
    ['custom_hazmat_version', record.environment.hazmat],
    ['custom_qemu_version', record.environment.qemu],
  ]);
  const inner = ['KTAP version 1', ...metadata, `1..${cells.length}`, ...subtests].map((line) => `  ${line}`);
  return [...inner, ...written(overall, number, kernel)];
}

function cellMetadata(cell: CellResult | PlannedCell, name: string): string[] {
  const ended = isEnded(cell) ? cell : undefined;
  const hasLog = ended !== undefined && ended.verdict !== 'skip' && ended.verdict !== 'unbuilt';
  return metadataLines([
    ['ktap_test', name],
    ['ktap_duration', ended === undefined ? undefined : `${(ended.durationMs / 1000).toFixed(3)}s`],
    ['ktap_log_file', hasLog ? `${cell.folder}/dmesg.txt` : undefined],
    ['custom_hazmat_verdict', ended?.verdict],
  ]);
}

/** `#:KEY: VALUE`, without what is not known. */
function metadataLines(values: readonly (readonly [string, string | undefined])[]): string[] {
  return values.flatMap(([key, value = '']) =>
    value === '' ? [] : [`#:${key}: ${visible(value.replaceAll(/\s+/g, ' '))}`],
  );
}

function endedLine(cell: CellResult): Line {
  const diagnostics = [
    ...settledLines(cell),
    ...cell.deviations.flatMap((deviation) => deviationLines(cell, deviation)),
  ];
  const title = mainDeviation(cell)?.title ?? cell.why;
  if (isKnown(cell)) {
    const bug = cell.known?.bug === undefined ? [] : [`bug: ${cell.known.bug}`];
    const directive = `XFAIL known ${cell.verdict}: ${cell.known?.because ?? cell.why}`;
    return { ok: true, directive, diagnostics: [...diagnostics, ...bug] };
  }
  switch (cell.verdict) {
    case 'pass': {
      const known = cell.knownButPassed;
      return {
        ok: true,
        directive: '',
        diagnostics: [
          ...diagnostics,
          ...(known === undefined ? [] : [`passed, although a known issue is recorded: ${known.because}`]),
        ],
      };
    }
    case 'skip':
      return { ok: true, directive: `SKIP ${cell.why}`, diagnostics };
    case 'unbuilt':
    case 'error': {
      const what = cell.verdict === 'unbuilt' ? 'no kernel could be built' : 'infrastructure error';
      return { ok: false, directive: `ERROR ${what}: ${cell.why}`, diagnostics };
    }
    case 'hang':
      return {
        ok: false,
        directive: `TIMEOUT ${title}`,
        diagnostics: [...diagnostics, `reproduce: ${cell.reproduce}`],
      };
    case 'crash':
    case 'fail': {
      const directive = `${cell.verdict}: ${title}`;
      return { ok: false, directive, diagnostics: [...diagnostics, `reproduce: ${cell.reproduce}`] };
    }
  }
}

function notRunLine(record: RunRecord): Line {
  return { ok: false, directive: `ERROR not run: ${notRunReason(record)}`, diagnostics: [] };
}

/** Diagnostics come directly before the result line. A second `#` would begin another directive. */
function written(line: Line, number: number, description: string): string[] {
  const name = visible(description).replaceAll('#', '-');
  const directive =
    line.directive === '' ? '' : ` # ${visible(line.directive.replaceAll(/\s+/g, ' ')).replaceAll('#', '-')}`;
  return [
    ...line.diagnostics.flatMap(visibleLines).map((text) => `# ${text}`),
    `${line.ok ? 'ok' : 'not ok'} ${number} ${name}${directive}`,
  ];
}
