// SPDX-License-Identifier: GPL-2.0-only
// The kernel packages of suites, each suite refreshed and read once.

import { isOffline, type Apt, type SuiteState } from '../../host/debian/apt.ts';
import type { DebianPackage } from '../../host/debian/package-index.ts';
import { aptOf, type ResolveOptions } from '../resolve-options.ts';
import { stockNames } from './stock.ts';

interface SuiteKernels {
  state: SuiteState;
  packages: DebianPackage[];
}

/** Reads each suite when it is first asked for. */
export class StockIndex {
  readonly #options: ResolveOptions;
  readonly #apt: Apt;
  readonly #force: boolean;
  readonly #suites = new Map<string, Promise<SuiteKernels>>();

  /** `force`: refresh indexes even when they are fresh. */
  constructor(options: ResolveOptions, force = false) {
    this.#options = options;
    this.#apt = aptOf(options);
    this.#force = force;
  }

  /**
   * Everything that can be part of a stock kernel in these suites, their sources, and the state of each suite's index.
   * @throws InfraError when apt cannot be used; a suite that cannot be refreshed is only a state.
   */
  async read(suites: readonly string[]): Promise<{ packages: DebianPackage[]; states: SuiteState[] }> {
    const read: SuiteKernels[] = [];
    for (const suite of suites) {
      let one = this.#suites.get(suite);
      if (one === undefined) this.#suites.set(suite, (one = this.#readOne(suite)));
      read.push(await one);
    }
    return { packages: read.flatMap(({ packages }) => packages), states: read.map(({ state }) => state) };
  }

  async #readOne(suite: string): Promise<SuiteKernels> {
    if (!isOffline()) this.#options.progress?.(`reading the package index of ${suite}`);
    const [state] = await this.#apt.refresh([suite], this.#force);
    if (state === undefined) throw new Error(`no state of ${suite}`);
    return { state, packages: await this.#apt.packages(suite, stockNames) };
  }
}
