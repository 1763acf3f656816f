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
import { patchworkCheck, type PatchworkCheck } from '../report/patchwork.ts';
import { squadReports } from '../report/squad.ts';
import { findRun } from '../results/find-run.ts';
import { readRun } from '../results/read-run.ts';
import type { RunRecord } from '../results/run-record.ts';
import { comparisonsOf } from '../run/compare.ts';
import { loadBugs } from '../verdict/bugs.ts';
import { positiveInteger } from './options.ts';

interface ExportFlags {
  origin?: string;
  output?: string;
  submit?: boolean;
  context: string;
  targetUrl?: string;
  patch?: number[];
}

const json = (value: unknown): string => `${JSON.stringify(value, undefined, 2)}\n`;

const formats: Record<string, (record: RunRecord, flags: ExportFlags) => string> = {
  kcidb: (record, flags) => json(kcidbOf(record, flags)),
  squad: (record) => json(squadReports(record)),
  junit: junitXml,
  ktap: ktapText,
  'github-summary': githubSummary,
  'github-annotations': githubAnnotations,
  patchwork: (record, flags) => json(patchworkOf(record, flags)),
};

export function exportCommand(): Command {
  return new Command('export')
    .summary('Print a run in the format of another system.')
    .description('Print a run in the format of another system.')
    .addArgument(new Argument('<format>', 'one of the formats below').choices(Object.keys(formats)))
    .argument('[run]', 'folder or name of a run', 'latest')
    .option('-o, --output <file>', 'write to a file instead of stdout')
    .option('--origin <name>', 'kcidb: the name that KernelCI gave you', originName)
    .option('--submit', 'kcidb, patchwork: send it to KCIDB_REST, PATCHWORK_REST')
    .option('--patch <id>', 'patchwork: a patch to send it to; several times', patchIds)
    .option('--context <name>', 'patchwork: what the check is called', contextName, 'hazmat')
    .option('--target-url <url>', 'patchwork: where the run can be read')
    .addHelpText(
      'after',
      `
Formats:
  ${Object.keys(formats).join(', ')}
KCIDB_REST is the address to send to: https://TOKEN@HOST/; PATCHWORK_REST that
of patchwork: https://TOKEN@HOST/api/`,
    )
    .action(async (format: string, run: string, flags: ExportFlags) => {
      const record = readRun(findRun(run, resultsRoot()));
      if (flags.submit === true) {
        if (format !== 'kcidb' && format !== 'patchwork')
          throw new UsageError('only kcidb and patchwork can be submitted');
        const answer = format === 'kcidb' ? await submit(record, flags) : await submitChecks(record, flags);
        process.stderr.write(`${answer.trim()}\n`);
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

/** A check of each patch: patchwork has none of a series. */
async function submitChecks(record: RunRecord, flags: ExportFlags): Promise<string> {
  const { patch: patches = [] } = flags;
  const address = process.env.PATCHWORK_REST;
  if (address === undefined || address === '')
    throw new UsageError('PATCHWORK_REST is not set', { hint: 'Set it to https://TOKEN@HOST/api/.' });
  if (patches.length === 0)
    throw new UsageError('name the patches: --patch ID', { hint: 'An id is the number in patchwork.' });
  for (const id of patches) await postJson(address, `patches/${id}/checks/`, patchworkOf(record, flags), 'Token');
  return `sent to ${patches.length === 1 ? 'patch' : 'patches'} ${patches.join(', ')}`;
}

function patchworkOf(record: RunRecord, { context, targetUrl }: ExportFlags): PatchworkCheck {
  const [base = '', ...others] = record.kernels;
  const tested = others.at(-1);
  const isSeries = tested?.startsWith(`${base}+`) === true;
  const folders = { base: record.folder, tested: record.folder };
  const comparisons = isSeries ? comparisonsOf(folders, { base, kernel: tested }) : [];
  return patchworkCheck(record, comparisons, { context, targetUrl });
}

function patchIds(text: string, before: number[] = []): number[] {
  return [...before, positiveInteger(text)];
}

function contextName(text: string): string {
  if (!/^[\w-]+$/.test(text)) throw new InvalidArgumentError('It must be letters, digits, - and _.');
  return text;
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
