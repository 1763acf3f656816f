// SPDX-License-Identifier: GPL-2.0-only
// An apt of our own: isolated from the system's state, usable without root, verifying everything against Debian's keys.

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { renderAptConfig, renderSource } from './apt-config.ts';
import { findMirror, type Mirror } from './apt-mirror.ts';
import { debFault, missing } from './deb.ts';
import { InfraError } from '../errors.ts';
import { takeLock } from '../lock.ts';
import { debFileName, parsePackages, type DebianPackage } from './package-index.ts';
import { cacheRoot } from '../places.ts';
import { recallAnswer, rememberAnswer, type Remembered } from './remembered.ts';
import { runProgram, type ProgramResult } from '../program.ts';

/** What is known about a suite's index. */
export interface SuiteState {
  suite: string;
  /** When the index was last fetched whole; milliseconds since the epoch. Undefined: there is none. */
  fetched: number | undefined;
  /** Why it could not be refreshed when last tried: one sentence. */
  fault: string | undefined;
  /** The mirror does not carry the suite: that will not be over soon. */
  gone: boolean;
}

export interface AptOptions {
  root?: string;
  mirror?: Mirror;
  /** What stands in the brackets of sources.list; by default the archive's keyring. */
  sourceOptions?: string;
  warn?: (text: string) => void;
  signal?: AbortSignal | undefined;
}

/** What became of the last refresh of a suite. */
const refreshedSchema = z.object({
  /** The line of sources.list that it was refreshed from. */
  source: z.string(),
  fetched: z.number().optional(),
  fault: z.string().optional(),
  gone: z.boolean().optional(),
});

type Refreshed = z.infer<typeof refreshedSchema>;

/** That the network is down may be over soon; asking again for every kernel of a run would be slow. Milliseconds. */
const retryAfter = 5 * 60_000;

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** HAZMAT_OFFLINE=1 forbids the network. */
export function isOffline(): boolean {
  return Boolean(process.env.HAZMAT_OFFLINE) && process.env.HAZMAT_OFFLINE !== '0';
}

export class Apt {
  readonly root: string;
  readonly #options: AptOptions;
  #prepared: Promise<Mirror> | undefined;

  constructor(options: AptOptions = {}) {
    this.root = options.root ?? path.join(cacheRoot(), 'apt');
    this.#options = options;
  }

  /**
   * Brings the indexes of suites up to date: those older than `answerMaxAge()`, or all when `force`. A suite that cannot
   * be refreshed is warned about once and keeps its old index, if it has one; the others are not touched by that.
   */
  async refresh(suites: readonly string[], force = false): Promise<SuiteState[]> {
    const mirror = await this.#prepare();
    const lock = await takeLock(`apt ${this.root}`, this.#options.signal);
    try {
      const states: SuiteState[] = [];
      for (const suite of suites) states.push(await this.#refreshOne(suite, mirror, force));
      return states;
    } finally {
      lock.release();
    }
  }

  /** Packages of a suite whose name matches; empty when the suite has no index. */
  async packages(suite: string, name: RegExp): Promise<DebianPackage[]> {
    await this.#prepare();
    const { stdout } = await this.#run(
      ['apt-get', 'indextargets', '--format', '$(FILENAME)', 'Identifier: Packages'],
      [suite],
    );
    const files = stdout.split('\n').filter((file) => file !== '' && existsSync(file));
    const found: DebianPackage[] = [];
    for (const file of files) {
      const argv = ['/usr/lib/apt/apt-helper', '-c', this.#config(), 'cat-file', file];
      const text = (await runProgram(argv, { env: this.#env() })).stdout;
      found.push(...parsePackages(text, suite, name));
    }
    return found;
  }

  /**
   * Every package that must be unpacked so that the named ones work, themselves included: apt's own answer for an empty
   * system, without recommendations, from these suites alone.
   * @throws InfraError when a name is unknown or the dependencies cannot be met.
   */
  async closure(suites: readonly string[], names: readonly string[]): Promise<DebianPackage[]> {
    await this.#prepare();
    const { stdout } = await this.#run(
      ['apt-get', '-qq', '--print-uris', '--no-install-recommends', 'install', ...names],
      suites,
    );
    return parsePrintedUris(stdout, suites.join('+'));
  }

  /**
   * Downloads packages into a folder of the root named by `batch` and returns their paths in the same order. What is
   * there already and whole is kept; what is truncated or corrupt is removed and fetched again, once. Whoever names the
   * same batch at the same time must hold a lock of its own until `forget`.
   * @throws InfraError naming the file and what is wrong with it.
   */
  async download(packages: readonly DebianPackage[], suites: readonly string[], batch: string): Promise<string[]> {
    await this.#prepare();
    const folder = this.#batchFolder(batch);
    mkdirSync(folder, { recursive: true });
    let faults = await this.#faults(packages, folder);
    for (let attempt = 1; faults.length > 0; attempt++) {
      for (const { file, fault } of faults) {
        if (fault !== missing) this.#warn(`${path.basename(file)} ${fault}: fetching it again`);
        rmSync(file, { force: true });
      }
      const names = faults.map(({ pkg }) => pkg);
      const failure = await this.#fetch(names, suites, folder);
      faults = await this.#faults(packages, folder);
      if (faults.length > 0 && attempt === 2) {
        for (const { file } of faults) rmSync(file, { force: true });
        throw downloadError(faults, failure);
      }
    }
    return packages.map((pkg) => path.join(folder, debFileName(pkg)));
  }

  /** Removes the downloaded packages of a batch, which are unpacked by now. */
  forget(batch: string): void {
    rmSync(this.#batchFolder(batch), { recursive: true, force: true });
  }

  #batchFolder(batch: string): string {
    return path.join(this.root, 'debs', batch);
  }

  /** What is known about suites, without the network. */
  states(suites: readonly string[]): SuiteState[] {
    return suites.map((suite) => {
      const last = this.#lastRefresh(suite)?.answer;
      return { suite, fetched: last?.fetched, fault: last?.fault, gone: last?.gone ?? false };
    });
  }

  async #refreshOne(suite: string, mirror: Mirror, force: boolean): Promise<SuiteState> {
    const source = renderSource(suite, mirror, this.#sourceOptions());
    const last = this.#lastRefresh(suite);
    const known = last?.answer.source === source ? last.answer : undefined;
    const state: SuiteState = { suite, fetched: known?.fetched, fault: known?.fault, gone: known?.gone ?? false };
    writeWhole(this.#sourceFile([suite]), source);
    if (!force && known !== undefined && last?.fresh === true) return state;
    if (isOffline()) return { ...state, fault: 'HAZMAT_OFFLINE forbids the network' };
    const result = await this.#run(['apt-get', '-q', 'update'], [suite], [0, 100]);
    if (result.exitCode === 0) {
      const fetched = Date.now();
      this.#rememberRefresh(suite, { source, fetched });
      return { suite, fetched, fault: undefined, gone: false };
    }
    const fault = updateFault(result.stderr);
    const gone = /does not have a Release file|\b404\b/.test(fault);
    this.#rememberRefresh(suite, { source, fault, gone, fetched: known?.fetched }, gone ? undefined : retryAfter);
    const instead =
      known?.fetched === undefined
        ? 'what it holds cannot be had'
        : `its index of ${new Date(known.fetched).toISOString().slice(0, 16)}Z is used`;
    this.#warn(`the suite ${suite} could not be refreshed, ${instead}: ${fault}`);
    return { ...state, fault, gone };
  }

  async #faults(packages: readonly DebianPackage[], folder: string) {
    const faults: { pkg: DebianPackage; file: string; fault: string }[] = [];
    for (const pkg of packages) {
      const file = path.join(folder, debFileName(pkg));
      // So apt sets aside what does not have the promised hash: looking at it tells what is wrong.
      if (existsSync(`${file}.FAILED`)) renameSync(`${file}.FAILED`, file);
      const fault = await debFault(file, pkg);
      if (fault !== undefined) faults.push({ pkg, file, fault });
    }
    return faults;
  }

  /** Runs one `apt-get download`; what apt said when it failed is returned, because the caller judges by the files. */
  async #fetch(packages: readonly DebianPackage[], suites: readonly string[], folder: string): Promise<string> {
    if (isOffline()) {
      throw new InfraError(`${packages.map((pkg) => pkg.name).join(', ')} must be fetched, but HAZMAT_OFFLINE is set`);
    }
    const wanted = packages.map((pkg) => `${pkg.name}=${pkg.version}`);
    const result = await this.#run(['apt-get', '-q', 'download', ...wanted], suites, [0, 100], folder);
    return result.exitCode === 0 ? '' : result.stderr.trim();
  }

  #run(
    argv: string[],
    suites: readonly string[],
    accept: number[] = [0],
    cwd: string = this.root,
  ): Promise<ProgramResult> {
    const [program = '', ...args] = argv;
    const file = this.#sourceFile(suites);
    if (suites.length > 1) {
      const lines = suites.map((suite) => this.#sourceFile([suite])).filter((source) => existsSync(source));
      writeWhole(file, lines.map((source) => readFileSync(source, 'utf8')).join(''));
    }
    return runProgram([program, '-c', this.#config(), '-o', `Dir::Etc::sourcelist=${file}`, ...args], {
      cwd,
      env: this.#env(),
      accept,
      ...(this.#options.signal === undefined ? {} : { signal: this.#options.signal }),
    });
  }

  #config(): string {
    return path.join(this.root, 'apt.conf');
  }

  #env(): Record<string, string> {
    return { LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' };
  }

  #prepare(): Promise<Mirror> {
    this.#prepared ??= this.#makeRoot();
    return this.#prepared;
  }

  async #makeRoot(): Promise<Mirror> {
    if (this.#options.sourceOptions === undefined && !existsSync(keyring)) {
      throw new InfraError('the keys of the Debian archive are not installed', {
        hint: 'They are in the package debian-archive-keyring; npx hazmat doctor says what else is missing.',
      });
    }
    const folders = ['state/lists/partial', 'cache/archives/partial', 'sources', 'stamps', 'empty', 'log', 'debs'];
    for (const folder of folders) mkdirSync(path.join(this.root, folder), { recursive: true });
    writeWhole(path.join(this.root, 'status'), '');
    writeWhole(this.#config(), renderAptConfig(this.root, os.userInfo().username));
    return this.#options.mirror ?? (await findMirror());
  }

  #sourceOptions(): string {
    return this.#options.sourceOptions ?? `signed-by=${keyring}`;
  }

  #sourceFile(suites: readonly string[]): string {
    return path.join(this.root, 'sources', `${suites.join('+')}.list`);
  }

  #lastRefresh(suite: string): Remembered<Refreshed> | undefined {
    return recallAnswer(this.#refreshFile(suite), refreshedSchema);
  }

  #rememberRefresh(suite: string, refreshed: Refreshed, lifetime?: number): void {
    rememberAnswer(this.#refreshFile(suite), refreshed, lifetime);
  }

  #refreshFile(suite: string): string {
    return path.join(this.root, 'stamps', `${suite}.json`);
  }

  #warn(text: string): void {
    this.#options.warn?.(text);
  }
}

/** What `apt-get install --print-uris` printed: `'URI' FILE SIZE SHA256:HASH` for each package. */
export function parsePrintedUris(text: string, suite: string): DebianPackage[] {
  return text
    .split('\n')
    .filter((line) => line.startsWith("'"))
    .map((line) => {
      const match = /^'[^']+' (\S+?)_(\S+)_(\S+)\.deb (\d+) SHA256:([0-9a-f]{64})/.exec(line);
      const [, name = '', version = '', architecture = '', size = '', sha256 = ''] = match ?? [];
      if (match === null) throw new InfraError(`apt-get printed a line that is not understood: ${line}`);
      const plain = decodeURIComponent(version);
      return { name, version: plain, architecture, size: Number(size), sha256, depends: '', suite };
    });
}

/** The sentence in apt-get update's stderr that says why a suite failed. */
export function updateFault(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => /^[EW]: /.test(line));
  const telling = lines.find((line) => /does not have a Release file/.test(line)) ?? lines[0] ?? stderr.trim();
  return telling
    .replace(/^[EW]: /, '')
    .replace(/\s+/g, ' ')
    .trim();
}

function downloadError(faults: readonly { file: string; fault: string }[], apt: string): InfraError {
  const [first] = faults;
  const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
  return new InfraError(
    `the package file ${path.basename(first?.file ?? '')} ${first?.fault ?? ''} after two tries${more}`,
    {
      hint: [...faults.slice(1).map(({ file, fault }) => `${path.basename(file)} ${fault}`), apt]
        .filter((line) => line !== '')
        .join('\n'),
    },
  );
}

/** Writes a small file in one piece: other harnesses may be reading it. */
function writeWhole(file: string, text: string): void {
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return;
  const part = `${file}.${process.pid}.part`;
  writeFileSync(part, text);
  renameSync(part, file);
}
