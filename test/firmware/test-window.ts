// SPDX-License-Identifier: GPL-2.0-only
// A window in memory, and a guest that takes each error record at once unless told not to.

import { offsets, sourceAt, u64, type Source } from '../../harness/firmware/mailbox.ts';
import type { PlatformHardware } from '../../harness/firmware/platform.ts';
import { InfraError } from '../../harness/host/errors.ts';
import { windowBytes } from '../../harness/machine/argv.ts';

export class TestWindow implements PlatformHardware {
  readonly window = Buffer.alloc(windowBytes);
  readonly told: string[] = [];
  readonly records: Buffer[] = [];
  takes = true;
  broken = false;

  read(offset: number, length: number): Promise<Buffer> {
    if (this.broken) return Promise.reject(new InfraError('QEMU ended'));
    return Promise.resolve(Buffer.from(this.window.subarray(offset, offset + length)));
  }
  write(offset: number, bytes: Uint8Array): Promise<void> {
    if (this.broken) return Promise.reject(new InfraError('QEMU ended'));
    this.window.set(bytes, offset);
    return Promise.resolve();
  }
  nmi(): Promise<void> {
    return this.#tell('nmi', 'nmi');
  }
  pulse(pin: number): Promise<void> {
    return this.#tell(`pin ${pin}`, pin === 6 ? 'sci' : 'interrupt');
  }
  memory(): Promise<{ from: number; to: number }[]> {
    return Promise.resolve([{ from: 0x1_0000_0000, to: 0x1_4000_0000 }]);
  }
  /** Frees the block of a source and acknowledges, as the kernel does. */
  take(source: Source): void {
    const { block, acknowledge } = sourceAt(source);
    this.window.fill(0, block, block + 4);
    this.window[acknowledge] = 1;
  }

  #tell(how: string, source: Source): Promise<void> {
    const { block } = sourceAt(source);
    this.told.push(how);
    this.records.push(Buffer.from(this.window.subarray(block, block + 1024)));
    if (this.takes) this.take(source);
    return Promise.resolve();
  }

  /** Writes a request as the kernel does, busy and all. */
  ask(type: number, address: bigint, { flags = 2, mask = 0xffff_ffff_ffff_f000n } = {}): void {
    this.window.writeUInt32LE(type, offsets.request);
    this.window.writeUInt32LE(flags, offsets.request + 8);
    this.window.writeBigUInt64LE(address, offsets.request + 16);
    this.window.writeBigUInt64LE(mask, offsets.request + 24);
    this.window.set(u64(1), offsets.busy);
    this.window.set(u64(0xee), offsets.status);
  }
  get busy(): bigint {
    return this.window.readBigUInt64LE(offsets.busy);
  }
  get status(): bigint {
    return this.window.readBigUInt64LE(offsets.status);
  }
}
