// SPDX-License-Identifier: GPL-2.0-only
// The kernels of a run: fetched or built one after the other, while cells whose kernel is ready already run.

import { importedKernel } from '../kernel/carried.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { changedLines } from '../kernel/lines/executed-lines.ts';
import { resolveKernel } from '../kernel/resolve.ts';
import type { RunEventBody } from '../results/events.ts';
import type { Variant } from './variants.ts';
import type { Tasks } from './tasks.ts';

export interface KernelOptions {
  emit: (event: RunEventBody) => void;
  signal: AbortSignal;
  /** Config fragments and files for kernels that are built (harness/kernel/config/configure.ts). */
  config?: readonly string[] | undefined;
  configFromTree?: boolean | undefined;
  /** Take kernels that were imported, where there are any. */
  imported?: boolean | undefined;
  /** Kernels that are meant by a name, each with a configuration and a boot of its own. */
  variants?: readonly Variant[] | undefined;
}

/** A variant with a name of its own is called by it in tables. */
function asVariant(
  { label }: Kernel,
  { name, spec, append, qemu }: Variant,
): Pick<Kernel, 'spec' | 'label' | 'append' | 'qemu'> {
  return { spec: name, label: name === spec ? label : name, append, qemu };
}

export class Kernels {
  readonly #options: KernelOptions;
  readonly #tasks: Tasks;
  readonly #settled = new Set<string>();
  /** Ends when the last kernel that was asked for is settled. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: KernelOptions, tasks: Tasks) {
    this.#options = options;
    this.#tasks = tasks;
  }

  /** Makes every kernel ready. An error is reported by each cell that needs that kernel, and to `failed`. */
  async fetchAll(specs: Iterable<string>, failed: (error: unknown) => void): Promise<void> {
    for (const spec of new Set(specs)) await this.kernel(spec).catch(failed);
  }

  /** Whether a kernel is ready, or known not to be available. */
  isSettled(spec: string): boolean {
    return this.#settled.has(spec);
  }

  /** A kernel, made ready once; one after the other, since two builds at a time would both be late. @throws HazmatError */
  kernel(spec: string): Promise<Kernel> {
    return this.#tasks.once(`kernel ${spec}`, async () => {
      const turn = this.#last;
      const made = turn.then(() => this.#make(spec)).finally(() => this.#settled.add(spec));
      this.#last = made.catch(() => undefined);
      return made;
    });
  }

  async #make(spec: string): Promise<Kernel> {
    const facts = { task: `kernel ${spec}`, kernel: spec, title: `get ${spec}` };
    const variant = this.#options.variants?.find(({ name }) => name === spec);
    const { config = [], configFromTree = false } = variant ?? this.#options;
    const asked = variant?.spec ?? spec;
    const { imported, signal } = this.#options;
    const carried = imported === true ? await importedKernel(asked, { config, configFromTree, signal }) : undefined;
    const resolved =
      carried ??
      (await this.#tasks.reported(facts, ({ progress }) =>
        resolveKernel(asked, { progress, signal, config, configFromTree }),
      ));
    const kernel = variant === undefined ? resolved : { ...resolved, ...asVariant(resolved, variant) };
    const { label, version, release, id, origin, patches, lines } = kernel;
    const ready = { kernel: spec, label, version, release, id, origin };
    const more = {
      ...(patches === undefined ? {} : { patches }),
      ...(lines === undefined ? {} : { changed: changedLines(lines) }),
    };
    this.#options.emit({ type: 'kernel-ready', ...ready, ...more });
    return kernel;
  }
}
