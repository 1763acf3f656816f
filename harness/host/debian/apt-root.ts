// SPDX-License-Identifier: GPL-2.0-only
// An apt root in the cache: its own configuration, sources and lists, isolated from the system's apt. It needs no root
// privileges, and verifies everything against Debian's keys.

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeWholeFile } from '../atomic-file.ts';
import { cacheRoot, projectRoot } from '../places.ts';
import { runProgram, type ProgramResult } from '../program.ts';
import { renderAptConfig, renderSource } from './apt-config.ts';
import { findMirror, type Mirror } from './apt-mirror.ts';

export interface AptRootOptions {
  /** Folder of the root; by default `apt` in the cache. */
  root?: string | undefined;
  /** By default the mirror that this machine's apt uses. */
  mirror?: Mirror | undefined;
  /** What stands in the brackets of sources.list; by default the archive's keyring. */
  sourceOptions?: string | undefined;
  /** Accept indexes whose time is over, as those of a snapshot archive are. */
  expired?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/** Where Debian, and each distribution that has a package of them, keeps the keys of Debian's archive. */
const hostKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** The keys of the releases 11 to 13, for a host that has none. */
const ownKeyring = path.join(projectRoot, 'harness/host/debian/archive-keys.asc');

/** The keys that the archive is verified with: the host's, which are renewed with it, before those that hazmat brings. */
export function archiveKeyring(ofHost = hostKeyring): string {
  return existsSync(ofHost) ? ofHost : ownKeyring;
}

export class AptRoot {
  readonly path: string;
  readonly #options: AptRootOptions;
  #prepared: Promise<Mirror> | undefined;
  #helper: Promise<string> | undefined;

  constructor(options: AptRootOptions) {
    this.path = options.root ?? path.join(cacheRoot(), 'apt');
    this.#options = options;
  }

  /**
   * Makes the folders and the configuration, once for each object. Returns the mirror to use.
   * @throws InfraError when no mirror is known.
   */
  prepare(): Promise<Mirror> {
    this.#prepared ??= this.#make();
    return this.#prepared;
  }

  /** Writes the sources.list of one suite, and returns its line. */
  async writeSource(suite: string): Promise<string> {
    const options = [
      this.#options.sourceOptions ?? `signed-by=${archiveKeyring()}`,
      ...(this.#options.expired === true ? ['check-valid-until=no'] : []),
    ];
    const line = renderSource(suite, await this.prepare(), options.join(' '));
    writeWholeFile(this.#sourceFile([suite]), line);
    return line;
  }

  /**
   * Runs a program of apt which sees only these suites.
   * @throws InfraError when it exits with a code that `accept` does not name; [0] by default.
   */
  async run(
    argv: readonly string[],
    suites: readonly string[],
    { accept, cwd = this.path }: { accept?: number[] | undefined; cwd?: string | undefined } = {},
  ): Promise<ProgramResult> {
    await this.prepare();
    const [program = '', ...args] = argv;
    const file = this.#sourceFile(suites);
    if (suites.length > 1) {
      const sources = suites.map((suite) => this.#sourceFile([suite])).filter((source) => existsSync(source));
      writeWholeFile(file, sources.map((source) => readFileSync(source, 'utf8')).join(''));
    }
    return runProgram([program, '-c', this.#config(), '-o', `Dir::Etc::sourcelist=${file}`, ...args], {
      cwd,
      env: { LC_ALL: 'C.UTF-8', DEBIAN_FRONTEND: 'noninteractive' },
      accept,
      signal: this.#options.signal,
    });
  }

  /** apt's own helper, which distributions have in different folders: next to the folder of its methods. */
  helper(): Promise<string> {
    this.#helper ??= this.run(['apt-config', 'shell', 'METHODS', 'Dir::Bin::methods/f'], []).then(({ stdout }) =>
      path.join(path.dirname(/'(.+)'/.exec(stdout)?.[1] ?? '/usr/lib/apt/methods'), 'apt-helper'),
    );
    return this.#helper;
  }

  async #make(): Promise<Mirror> {
    const folders = ['state/lists/partial', 'cache/archives/partial', 'sources', 'empty', 'log', 'debs'];
    for (const folder of folders) mkdirSync(path.join(this.path, folder), { recursive: true });
    writeWholeFile(path.join(this.path, 'status'), '');
    writeWholeFile(this.#config(), renderAptConfig(this.path, os.userInfo().username));
    return this.#options.mirror ?? (await findMirror());
  }

  #config(): string {
    return path.join(this.path, 'apt.conf');
  }

  #sourceFile(suites: readonly string[]): string {
    return path.join(this.path, 'sources', `${suites.join('+')}.list`);
  }
}
