// SPDX-License-Identifier: GPL-2.0-only
// Breakpoints in kernel code that are met once: each reports its address when a CPU reaches it, is removed, and the guest goes on.
// They work with any accelerator.

import { Gdb } from './gdb.ts';
import { goOn, inTurn } from './pause.ts';
import type { QemuHandle } from './qemu-handle.ts';

export class OneShots {
  readonly #qemu: QemuHandle;
  readonly #gdb: Gdb;
  readonly #reached: (address: bigint) => void;
  readonly #set = new Set<bigint>();
  /** Why what was reported is not all that was reached. */
  failed: Error | undefined;

  private constructor(qemu: QemuHandle, gdb: Gdb, reached: (address: bigint) => void) {
    this.#qemu = qemu;
    this.#gdb = gdb;
    this.#reached = reached;
    gdb.onBreakpoint((cpu) => {
      inTurn(qemu, () => this.#met(cpu)).catch((error: unknown) => {
        if (qemu.exit === undefined) this.failed ??= error instanceof Error ? error : new Error(String(error));
      });
    });
  }

  /** Of a guest that is paused, and stays so. Must not be called by work that has the guest (pause.ts). @throws InfraError */
  static async attach(qemu: QemuHandle, reached: (address: bigint) => void): Promise<OneShots> {
    return new OneShots(qemu, await Gdb.attachPaused(qemu), reached);
  }

  /** Adds breakpoints. The guest must be paused. @throws InfraError when the stub does not answer */
  async add(addresses: readonly bigint[]): Promise<void> {
    const refused = new Set(await this.#gdb.setBreakpoints(addresses));
    for (const address of addresses) if (!refused.has(address)) this.#set.add(address);
  }

  /** Removes all of them. The guest must be paused. @throws InfraError when the stub does not answer */
  async clear(): Promise<void> {
    const all = [...this.#set];
    this.#set.clear();
    await this.#gdb.removeBreakpoints(all);
  }

  /** A CPU was stopped. By now the guest may run again, for others pause it too: it is stopped, and looked at. */
  async #met(cpu: number): Promise<void> {
    await this.#qemu.qmp.execute('stop');
    try {
      const address = BigInt.asUintN(64, await this.#gdb.register(cpu, 'rip'));
      // If not, it was met by another CPU before, or it was resumed meanwhile and will meet the breakpoint again.
      if (!this.#set.delete(address)) return;
      await this.#gdb.removeBreakpoints([address]);
      this.#reached(address);
    } finally {
      await goOn(this.#qemu);
    }
  }
}
