// SPDX-License-Identifier: GPL-2.0-only
// Finds and downloads Debian packages with apt, in a root of its own (apt-root.ts).

import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { InfraError } from '../errors.ts';
import { lockNextTo, takeLock } from '../lock.ts';
import { isGone, parsePrintedUris, updateFault } from './apt-output.ts';
import { AptRoot, type AptRootOptions } from './apt-root.ts';
import { debFault, missing } from './deb.ts';
import { debFileName, parsePackages, type DebianPackage } from './package-index.ts';
import { recallAnswer, rememberAnswer } from './remembered.ts';

/** What is known about a suite's index. */
export interface SuiteState {
  suite: string;
  /** When the index was last fetched whole; milliseconds since the epoch. Undefined: there is none. */
  fetched: number | undefined;
  /** Why it could not be refreshed when last tried: one sentence. */
  fault: string | undefined;
  /** The mirror does not carry the suite. */
  gone: boolean;
}

export interface AptOptions extends AptRootOptions {
  /** Called with each warning: one line, without `warning:`. */
  warn?: ((text: string) => void) | undefined;
}

/** What is remembered about the last refresh of a suite. */
const refreshSchema = z.object({
  /** The line of sources.list that the index came from. */
  source: z.string(),
  fetched: z.number().optional(),
  fault: z.string().optional(),
  gone: z.boolean().optional(),
});

/** A mirror that does not answer may do so soon, but asking it again for every kernel of a run would be slow. Milliseconds. */
const retryAfter = 5 * 60_000;

/** True when HAZMAT_OFFLINE forbids the network: set, and not 0. */
export function isOffline(): boolean {
  const { HAZMAT_OFFLINE } = process.env;
  return Boolean(HAZMAT_OFFLINE) && HAZMAT_OFFLINE !== '0';
}

interface FaultyFile {
  pkg: DebianPackage;
  file: string;
  /** The end of a sentence that begins with the file's name. */
  fault: string;
}

export class Apt {
  readonly #root: AptRoot;
  readonly #options: AptOptions;

  constructor(options: AptOptions = {}) {
    this.#root = new AptRoot(options);
    this.#options = options;
  }

  /**
   * Brings the indexes of suites up to date: those older than `answerMaxAge()`, or all when `force`. A suite that cannot
   * be refreshed keeps its old index, if it has one, and gives one warning; the others are not affected.
   */
  async refresh(suites: readonly string[], force = false): Promise<SuiteState[]> {
    await this.#root.prepare();
    const lock = await takeLock(lockNextTo(this.#root.path), {
      what: 'the package lists',
      signal: this.#options.signal,
    });
    try {
      const states: SuiteState[] = [];
      for (const suite of suites) states.push(await this.#refreshOne(suite, force));
      return states;
    } finally {
      lock.release();
    }
  }

  /** Packages of a suite whose name matches; none when the suite has no index. */
  async packages(suite: string, name: RegExp): Promise<DebianPackage[]> {
    const targets = ['apt-get', 'indextargets', '--format', '$(FILENAME)', 'Identifier: Packages'];
    const { stdout } = await this.#root.run(targets, [suite]);
    const found: DebianPackage[] = [];
    for (const file of stdout.split('\n').filter((line) => line !== '' && existsSync(line))) {
      // An index may be compressed; apt's own helper unpacks it.
      const text = (await this.#root.run([await this.#root.helper(), 'cat-file', file], [suite])).stdout;
      found.push(...parsePackages(text, suite, name));
    }
    return found;
  }

  /**
   * Every package that must be unpacked so that the named ones work, including those: apt's own answer for an empty
   * system, without recommendations, from these suites alone. `release`: the suite to prefer, which apt does not do for backports.
   * @throws InfraError when a name is unknown or the dependencies cannot be met.
   */
  async closure(suites: readonly string[], names: readonly string[], release?: string): Promise<DebianPackage[]> {
    const preferred = release === undefined ? [] : ['-t', release];
    const argv = ['apt-get', '-qq', '--print-uris', '--no-install-recommends', ...preferred, 'install', ...names];
    const { stdout } = await this.#root.run(argv, suites);
    return parsePrintedUris(stdout, suites.join('+'));
  }

  /**
   * Downloads packages into the folder `batch` of the root and returns their paths in the same order. A file that is
   * already there and whole is kept; one that is truncated or corrupt is removed and fetched again, once. Whoever uses
   * the same batch at the same time must hold a lock until `forget`.
   * @throws InfraError naming the file and what is wrong with it.
   */
  async download(packages: readonly DebianPackage[], suites: readonly string[], batch: string): Promise<string[]> {
    const folder = this.#batchFolder(batch);
    mkdirSync(folder, { recursive: true });
    let faults = await faultyFiles(packages, folder);
    for (let attempt = 1; faults.length > 0; attempt++) {
      for (const { file, fault } of faults) {
        if (fault !== missing) this.#warn(`${path.basename(file)} ${fault}: fetching it again`);
        rmSync(file, { force: true });
      }
      const wanted = faults.map(({ pkg }) => pkg);
      const failure = await this.#fetch(wanted, suites, folder);
      faults = await faultyFiles(packages, folder);
      if (faults.length > 0 && attempt === 2) {
        for (const { file } of faults) rmSync(file, { force: true });
        throw downloadError(faults, failure);
      }
    }
    return packages.map((pkg) => path.join(folder, debFileName(pkg)));
  }

  /** Removes the downloaded packages of a batch, once they are unpacked. */
  forget(batch: string): void {
    rmSync(this.#batchFolder(batch), { recursive: true, force: true });
  }

  #batchFolder(batch: string): string {
    return path.join(this.#root.path, 'debs', batch);
  }

  async #refreshOne(suite: string, force: boolean): Promise<SuiteState> {
    const source = await this.#root.writeSource(suite);
    const file = path.join(this.#root.path, 'stamps', `${suite}.json`);
    const last = recallAnswer(file, refreshSchema);
    // An index from another mirror says nothing about this one.
    const known = last?.answer.source === source ? last.answer : undefined;
    const state: SuiteState = { suite, fetched: known?.fetched, fault: known?.fault, gone: known?.gone ?? false };
    if (!force && known !== undefined && last?.fresh === true) return state;
    if (isOffline()) return { ...state, fault: 'HAZMAT_OFFLINE forbids the network' };
    const result = await this.#root.run(['apt-get', '-q', 'update'], [suite], { accept: [0, 100] });
    if (result.exitCode === 0) {
      const fetched = Date.now();
      rememberAnswer(file, { source, fetched });
      return { suite, fetched, fault: undefined, gone: false };
    }
    const fault = updateFault(result.stderr);
    const gone = isGone(fault);
    const { fetched } = state;
    rememberAnswer(file, { source, fault, gone, fetched }, gone ? undefined : retryAfter);
    const instead =
      fetched === undefined
        ? 'its packages are not available'
        : `its index of ${new Date(fetched).toISOString().slice(0, 16)}Z is used`;
    this.#warn(`the suite ${suite} could not be refreshed, ${instead}: ${fault}`);
    return { ...state, fault, gone };
  }

  /** Runs one `apt-get download`. Returns what apt said when it failed; the caller judges by the files. */
  async #fetch(packages: readonly DebianPackage[], suites: readonly string[], folder: string): Promise<string> {
    if (isOffline()) {
      throw new InfraError(`${packages.map((pkg) => pkg.name).join(', ')} must be fetched, but HAZMAT_OFFLINE is set`);
    }
    const wanted = packages.map((pkg) => `${pkg.name}=${pkg.version}`);
    const argv = ['apt-get', '-q', 'download', ...wanted];
    const result = await this.#root.run(argv, suites, { accept: [0, 100], cwd: folder });
    return result.exitCode === 0 ? '' : result.stderr.trim();
  }

  #warn(text: string): void {
    this.#options.warn?.(text);
  }
}

async function faultyFiles(packages: readonly DebianPackage[], folder: string): Promise<FaultyFile[]> {
  const faults: FaultyFile[] = [];
  for (const pkg of packages) {
    const file = path.join(folder, debFileName(pkg));
    // apt renames a file that does not have the promised hash; with its own name back, the fault can be stated.
    if (existsSync(`${file}.FAILED`)) renameSync(`${file}.FAILED`, file);
    const fault = await debFault(file, pkg);
    if (fault !== undefined) faults.push({ pkg, file, fault });
  }
  return faults;
}

function downloadError(faults: readonly FaultyFile[], apt: string): InfraError {
  const [first, ...others] = faults.map(({ file, fault }) => `${path.basename(file)} ${fault}`);
  const more = others.length > 0 ? ` (and ${others.length} more)` : '';
  return new InfraError(`the package file ${first ?? ''} after two tries${more}`, {
    hint: [...others, apt].filter((line) => line !== '').join('\n'),
  });
}
