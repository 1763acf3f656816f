// SPDX-License-Identifier: GPL-2.0-only
// The golden logs of test/verdict/golden: a header with what must be found, an empty line, the raw console.

import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CrashReport } from '../../harness/verdict/kernel-log.ts';

const goldenFolder = join(import.meta.dirname, 'golden');

export interface Golden {
  name: string;
  /** Where the log is from: `real: ...` or `composed ...`. */
  source: string;
  header: string;
  log: string;
}

export function readGolden(): Golden[] {
  return readdirSync(goldenFolder)
    .filter((file) => file.endsWith('.txt'))
    .sort()
    .map((file) => {
      const text = readFileSync(join(goldenFolder, file), 'utf8');
      const end = text.indexOf('\n\n');
      const header = text.slice(0, end);
      return {
        name: file.slice(0, -4),
        source: /^SOURCE: (.*)$/m.exec(header)?.[1] ?? '',
        header,
        log: text.slice(end + 2),
      };
    });
}

/** The header that a log's reports make. */
export function headerOf(source: string, reports: readonly CrashReport[]): string {
  const blocks = reports.map((report) =>
    [
      `TITLE: ${report.title}`,
      `KIND: ${report.kind}`,
      ...(report.type === 'crash' ? [] : [`TYPE: ${report.type}`]),
      `FUNCTION: ${report.function ?? '-'}`,
      `FINGERPRINT: ${report.fingerprint}`,
      `CORRUPTED: ${report.corrupted ? 'yes' : 'no'}`,
      ...(report.secondary ? ['SECONDARY: yes'] : []),
      ...(report.times === 1 ? [] : [`TIMES: ${report.times}`]),
      `LINES: ${report.lines.length}`,
    ].join('\n'),
  );
  return [`SOURCE: ${source}`, ...(blocks.length === 0 ? ['TITLE: none'] : blocks)].join('\n');
}

export function rewriteGolden({ name, log }: Golden, header: string): void {
  writeFileSync(join(goldenFolder, `${name}.txt`), `${header}\n\n${log}`);
}
