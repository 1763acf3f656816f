// SPDX-License-Identifier: GPL-2.0-only
// Reads a series, as named after the + of a kernel spec, into an ordered list of patches: a patch file, a folder, a quilt
// series, an mbox, a range of a git repository, or a thread of a public mail archive.

import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { UsageError } from '../../host/errors.ts';
import { projectRoot } from '../../host/places.ts';
import { runProgram } from '../../host/program.ts';
import { b4MessageId, fetchWithB4 } from './b4.ts';
import { parseDiff, type TouchedFile } from './diff.ts';
import { mailHeader, patchesOfThread, type PatchMail } from './mail.ts';
import type { Author } from '../source/source-repo.ts';
import type { SeriesSpec } from '../spec.ts';

export interface Patch {
  /** For a person: file name, or file and subject. */
  name: string;
  /** The diff, as git apply takes it. */
  diff: string;
  files: TouchedFile[];
  /** The commit message: subject and text. */
  message: string;
  /** Undefined when the patch names nobody. */
  author: Author | undefined;
}

export interface Series {
  /** Short: `xfs-notify-failure-range`. */
  name: string;
  patches: Patch[];
}

/** The file name that git format-patch gives a cover letter. */
const coverLetter = /^(v\d+-)?0000-/;
const patchFile = /\.(patch|diff)$/;
const gitRange = /^git:(.+)@([^@]+\.\.[^@]*)$/;

/** How many patches a series has, in words: `1 patch`, `3 patches`. */
export function patchCount({ patches }: Pick<Series, 'patches'>): string {
  return `${patches.length} ${patches.length === 1 ? 'patch' : 'patches'}`;
}

/** The name of a series in tables and folders. */
export function seriesName(word: string): string {
  const range = gitRange.exec(word);
  if (range?.[1] !== undefined && range[2] !== undefined)
    return `${path.basename(range[1])}@${range[2].replaceAll('/', '-')}`;
  const id = b4MessageId(word);
  if (id !== undefined) return id;
  return path.basename(path.resolve(word)).replace(/\.(patch|diff|mbox|mbx)(\.gz)?$/, '');
}

/**
 * The path of a series, relative to the working directory or to the project. `b4:MESSAGE-ID` is returned as it is.
 * @throws UsageError when there is no such series.
 */
export function findSeries(word: string): string {
  if (b4MessageId(word) !== undefined) return word;
  const range = gitRange.exec(word);
  const where = range?.[1] ?? word;
  if (word.startsWith('git:') && range === null) {
    throw new UsageError(`'${word}' is not a range of a git repository`, { hint: 'Write git:PATH@FROM..TO.' });
  }
  const places = [path.resolve(where), path.join(projectRoot, where)];
  const place = places.find((file) => existsSync(file));
  if (place !== undefined) return place;
  throw new UsageError(`there is no series ${where}`, {
    hint: 'Give a .patch, a folder of them, a folder with a quilt series file, an mbox, git:PATH@FROM..TO or b4:MESSAGE-ID.',
  });
}

/** Reads a series, or its first patches. @throws UsageError as `readSeries`, or when it has fewer patches. */
export async function readSeriesOf({ word, first }: SeriesSpec, signal?: AbortSignal): Promise<Series> {
  const series = await readSeries(word, signal);
  if (first === undefined) return series;
  const { name, patches } = series;
  if (first > patches.length) {
    throw new UsageError(`${word}#${first}: the series has ${patchCount(series)}`);
  }
  return { name: `${name}#${first}`, patches: patches.slice(0, first) };
}

/** Reads a series. @throws UsageError naming file and line of what is wrong; InfraError when a mail archive cannot be reached. */
export async function readSeries(word: string, signal?: AbortSignal): Promise<Series> {
  const id = b4MessageId(word);
  if (id !== undefined) {
    const patches = await patchesOfText(await fetchWithB4(id, signal), word, signal);
    if (patches.length === 0) throw new UsageError(`${word} has no patch`);
    return { name: seriesName(word), patches };
  }
  const place = findSeries(word);
  const range = gitRange.exec(word)?.[2];
  const patches =
    range !== undefined
      ? await patchesOfRange(place, range, signal)
      : statSync(place).isDirectory()
        ? await patchesOfFolder(place, signal)
        : await patchesOfFile(place, path.relative(process.cwd(), place), signal);
  if (patches.length === 0) {
    throw new UsageError(`${word} has no patch`, {
      hint: 'A folder must have *.patch or *.diff files, or a quilt series file.',
    });
  }
  return { name: seriesName(word), patches };
}

async function patchesOfRange(repository: string, range: string, signal?: AbortSignal): Promise<Patch[]> {
  const argv = [
    'git',
    '-C',
    repository,
    'format-patch',
    '--stdout',
    '--no-signature',
    '--src-prefix=a/',
    '--dst-prefix=b/',
    range,
  ];
  const known = await runProgram(['git', '-C', repository, 'rev-list', '--count', range, '--'], { accept: [0, 128] });
  if (known.exitCode !== 0) {
    throw new UsageError(`git does not know ${range} in ${repository}`, { hint: known.stderr.trim() });
  }
  const { stdout } = await runProgram(argv, { signal });
  return stdout === '' ? [] : patchesOfText(stdout, range, signal);
}

async function patchesOfFolder(folder: string, signal?: AbortSignal): Promise<Patch[]> {
  const shown = path.relative(process.cwd(), folder) || '.';
  const quilt = [folder, path.join(folder, 'patches')].find((place) => existsSync(path.join(place, 'series')));
  const names =
    quilt === undefined
      ? readdirSync(folder)
          .filter((name) => patchFile.test(name) && !coverLetter.test(name))
          .sort()
      : quiltSeries(readFileSync(path.join(quilt, 'series'), 'utf8'), path.join(shown, 'series'));
  const patches: Patch[] = [];
  for (const name of names) {
    const file = path.join(quilt ?? folder, name);
    if (!existsSync(file)) throw new UsageError(`${path.join(shown, 'series')} names ${name}, which does not exist`);
    patches.push(...(await patchesOfFile(file, path.join(shown, name), signal)));
  }
  return patches;
}

/** The patches that a quilt series file names, in order. @throws UsageError for a patch with another option than -p1. */
export function quiltSeries(text: string, file: string): string[] {
  return text.split('\n').flatMap((line, index) => {
    const [name, ...options] = line
      .replace(/(^|\s)#.*$/, '')
      .trim()
      .split(/\s+/);
    if (name === undefined || name === '') return [];
    if (options.some((option) => option !== '-p1')) {
      throw new UsageError(`${name} has the option ${options.join(' ')}; only -p1 is supported`, {
        at: `${file}:${index + 1}`,
      });
    }
    return [name];
  });
}

async function patchesOfFile(file: string, shown: string, signal?: AbortSignal): Promise<Patch[]> {
  const bytes = readFileSync(file);
  const text = (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
  const patches = await patchesOfText(text, shown, signal);
  if (patches.length === 0) throw new UsageError(`${shown} has no patch`);
  return patches;
}

async function patchesOfText(text: string, shown: string, signal?: AbortSignal): Promise<Patch[]> {
  const isMbox = /^From \S+ .*\d{4}\r?\n/.test(text);
  const isMail = /^(?:[A-Za-z-]+:[ \t].*\r?\n(?:[ \t].*\r?\n)*)*(?:From|Subject):/.test(text);
  const mails = isMbox || isMail ? patchesOfThread(await readMails(text, isMbox, signal), shown) : [plainPatch(text)];
  return mails.flatMap((mail) => {
    const { files, fault } = parseDiff(mail.diff);
    if (fault !== undefined) {
      const flowed = mail.flowed && !fault.why.includes('format=flowed') ? ' (format=flowed)' : '';
      throw new UsageError(`the patch ${fault.why}${flowed}`, {
        at: `${shown}:${lineIn(text, mail.diff.split('\n')[fault.line - 1] ?? '', fault.line)}`,
        hint: 'git send-email and b4 send patches unchanged; b4 am and the raw view of a mail archive give them as they were sent.',
      });
    }
    if (files.length === 0) return [];
    return [
      {
        name: mail.subject === '' ? shown : `${shown} (${mail.subject})`,
        diff: mail.diff,
        files,
        message: mail.message,
        author: mail.author,
      },
    ];
  });
}

/** A diff without mail headers. DOS line ends are dropped when every line has one, as git am does. */
function plainPatch(text: string): PatchMail {
  const dos = /\r\n/.test(text) && !/[^\r]\n/.test(text);
  return {
    subject: '',
    flowed: false,
    message: '',
    author: undefined,
    diff: dos ? text.replaceAll('\r\n', '\n') : text,
  };
}

/** The number, from 1, of a line of a diff in the file that holds it. git has removed the blanks of format=flowed by now. */
function lineIn(text: string, line: string, fallback: number): number {
  const index = text.split(/\r?\n/).findIndex((raw) => raw === line || raw === ` ${line}`);
  return index === -1 ? fallback : index + 1;
}

/** Splits and decodes mails as git am does: encodings are undone, DOS line ends dropped. */
async function readMails(text: string, isMbox: boolean, signal?: AbortSignal): Promise<PatchMail[]> {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'hazmat-mail-'));
  try {
    const input = isMbox ? text : `From mail Mon Sep 17 00:00:00 2001\n${text}`;
    await runProgram(['git', 'mailsplit', '-b', `-o${folder}`], { input, signal });
    const mails: PatchMail[] = [];
    for (const file of readdirSync(folder)
      .filter((one) => /^\d+$/.test(one))
      .sort()) {
      const mail = readFileSync(path.join(folder, file), 'utf8');
      const [message, patch] = ['message', 'patch'].map((one) => path.join(folder, one));
      const argv = ['git', 'mailinfo', '-k', '--encoding=UTF-8', message ?? '', patch ?? ''];
      const { stdout } = await runProgram(argv, { input: mail, accept: [0, 1], signal });
      const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(stdout)?.[1] ?? '';
      const subject = field('Subject');
      const [name, email] = [field('Author'), field('Email')];
      mails.push({
        subject,
        message: `${subject.replace(/^(\s*\[[^\]]*\])+\s*/, '')}\n\n${readFileSync(message ?? '', 'utf8')}`.trimEnd(),
        author: name === '' && email === '' ? undefined : { name, email, date: field('Date') },
        flowed: /format="?flowed/i.test(mailHeader(mail, 'Content-Type')),
        diff: existsSync(patch ?? '') ? readFileSync(patch ?? '', 'utf8') : '',
      });
      rmSync(patch ?? '', { force: true });
    }
    return mails;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
