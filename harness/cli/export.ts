// SPDX-License-Identifier: GPL-2.0-only
// hazmat export: a run in the formats of other systems.

import { writeFileSync } from 'node:fs';
import { Argument, Command, InvalidArgumentError } from 'commander';
import { UsageError } from '../host/errors.ts';
import { resultsRoot } from '../host/places.ts';
import { postJson } from '../host/post-json.ts';
import { cannotWrite } from '../host/write-error.ts';
import { githubAnnotations, githubSummary } from '../report/github.ts';
import { junitXml } from '../report/junit.ts';
import { kcidbReport } from '../report/kcidb.ts';
import { ktapText } from '../report/ktap.ts';
import { squadReports } from '../report/squad.ts';
import { findRun } from '../results/find-run.ts';
import { readRun } from '../results/read-run.ts';
import type { RunRecord } from '../results/run-record.ts';
import { loadBugs } from '../verdict/bugs.ts';

interface ExportFlags {
  origin?: string;
  output?: string;
  submit?: boolean;
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

const formats: Record<string, (record: RunRecord, flags: ExportFlags) => string> = {
  kcidb: (record, flags) => json(kcidbOf(record, flags)),
  squad: (record) => json(squadReports(record)),
  junit: junitXml,
  ktap: ktapText,
  'github-summary': githubSummary,
  'github-annotations': githubAnnotations,
};

export function exportCommand(): Command {
  return new Command('export')
    .summary('Print a run in the format of another system.')
    .description('Print a run in the format of another system.')
    .addArgument(new Argument('<format>', Object.keys(formats).join(', ')).choices(Object.keys(formats)))
    .argument('[run]', 'a run: its folder, a name in results/, or latest', 'latest')
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .option('--origin <name>', 'kcidb: the name that KernelCI gave you', originName)
    .option('--submit', 'kcidb: also send it to the address in KCIDB_REST (https://TOKEN@HOST/)')
    .action(async (format: string, run: string, flags: ExportFlags) => {
      const record = readRun(findRun(run, resultsRoot()));
      if (flags.submit === true) {
        if (format !== 'kcidb') throw new UsageError('only kcidb can be submitted');
        process.stderr.write(`${(await submit(record, flags)).trim()}\n`);
        if (flags.output === undefined) return;
      }
      const text = formats[format]?.(record, flags) ?? '';
      if (flags.output === undefined) process.stdout.write(text);
      else write(flags.output, text);
    });
}

async function submit(record: RunRecord, flags: ExportFlags): Promise<string> {
  const address = process.env.KCIDB_REST;
  if (address === undefined || address === '')
    throw new UsageError('KCIDB_REST is not set', { hint: 'Set it to https://TOKEN@HOST/.' });
  return postJson(address, 'submit', kcidbOf(record, flags));
}

function kcidbOf(record: RunRecord, { origin }: ExportFlags): ReturnType<typeof kcidbReport> {
  if (origin === undefined) throw new UsageError('kcidb needs --origin NAME, the name that KernelCI gave you');
  const bugTitles = new Map([...loadBugs()].map(([name, { title }]) => [name, title]));
  return kcidbReport(record, { origin, bugTitles });
}

function originName(text: string): string {
  if (!/^[a-z0-9_]+$/.test(text))
    throw new InvalidArgumentError('It must be lower case letters, digits and underscores.');
  return text;
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw cannotWrite(file, error);
  }
}
