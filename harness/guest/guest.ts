// SPDX-License-Identifier: GPL-2.0-only
// A running guest: a QEMU, the agent in it, and everything that the two have told so far.

import { statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { readEnds } from '../host/read-ends.ts';
import { InfraError } from '../host/errors.ts';
import type { Platform } from '../firmware/platform.ts';
import { qemuArgv, type QemuPlan } from '../machine/argv.ts';
import { requireMemoryFiles } from '../machine/memory-files.ts';
import { Qemu } from '../machine/qemu.ts';
import { restoreCxl } from '../machine/cxl-state.ts';
import { requireSavable } from '../machine/machine.ts';
import { goOn } from '../machine/pause.ts';
import { loadState, type StateFiles } from '../machine/state.ts';
import { AgentChannel } from './channel.ts';
import { GuestClock } from './clock.ts';
import { ConsoleFile } from './console-file.ts';
import { Deadline } from './deadline.ts';
import { DeadlineExpired, GuestDied } from './guest-errors.ts';
import { newKernelLog, newSignalLog } from './guest-logs.ts';
import type { GuestRequestOptions, KernelRecord, LiveGuest, SignalMessage } from './live-guest.ts';
import { orGuestDied } from './or-guest-died.ts';
import { fillWindow, startPlatform } from './platform.ts';
import type { Message, Op, Replies, Requests } from './protocol.ts';
import type { Recorder } from './recorder.ts';
import { complaint, type GuestRequest } from './request.ts';
import { runningTimeOf } from './running-time.ts';

export type ExitMessage = Extract<Message, { event: 'exit' }>;

export type GuestPlan = Omit<QemuPlan, 'sockets' | 'share' | 'incoming' | 'memory' | 'console'> & {
  /** Guest-physical address of the firmware's window, for a machine that has one. */
  window: number | undefined;
};

/** A guest that is not up in this time without printing anything new is not coming. Milliseconds; TCG included. */
const bootSilenceMs = 60_000;

export class Guest implements LiveGuest {
  readonly qemu: Qemu;
  #channel: AgentChannel;
  readonly console: string;
  /** The kernel log since this guest was booted or forked. */
  readonly log = newKernelLog();
  readonly signals = newSignalLog();
  readonly exits: ExitMessage[] = [];
  /** Where in `log` each reboot that was asked for begins. */
  readonly reboots: number[] = [];
  readonly #recordListeners: ((record: KernelRecord) => void)[] = [];
  readonly #signalListeners: ((signal: SignalMessage) => void)[] = [];
  logLost = false;
  /** The platform firmware of its machine, if it has one. */
  readonly platform: Platform | undefined;
  readonly clock = new GuestClock();
  readonly #running: ReturnType<typeof runningTimeOf>;
  readonly #recorder: Recorder | undefined;

  private constructor(
    qemu: Qemu,
    channel: AgentChannel,
    console: string,
    platform: Platform | undefined,
    recorder?: Recorder,
  ) {
    this.qemu = qemu;
    this.#channel = channel;
    this.console = console;
    this.platform = platform;
    this.#recorder = recorder;
    this.#running = runningTimeOf(qemu.pid);
    const consoleFile = new ConsoleFile(console);
    void qemu.exited.then(() => {
      this.#running.stop();
      consoleFile.stop();
    });
    this.#hear(channel);
  }

  now(): number {
    return this.#running.time.now();
  }

  get stoppedMs(): number {
    return this.#running.time.stoppedMs;
  }

  onRecord(listener: (record: KernelRecord) => void): void {
    this.#recordListeners.push(listener);
  }

  /** Calls back for every signal that hits a process of the scenario. */
  onSignal(listener: (signal: SignalMessage) => void): void {
    this.#signalListeners.push(listener);
  }

  /**
   * Resets the machine and waits until the agent is there again. RAM and processes are gone, what the NVDIMMs hold is not.
   * @throws GuestDied, or DeadlineExpired when nothing was printed for a minute.
   */
  async reboot(): Promise<void> {
    await this.#recorder?.resetting(this);
    await this.qemu.qmp.execute('set-action', { reboot: 'reset' });
    this.#channel.close();
    this.clock.restarted();
    this.reboots.push(this.log.length);
    const printed = this.consoleText().length;
    await this.qemu.qmp.execute('system_reset');
    this.#channel = new AgentChannel(await this.qemu.connect('agent'));
    this.#hear(this.#channel);
    const booted = new AbortController();
    const watched = this.#endAtNextReset(printed, booted.signal);
    watched.catch(() => undefined);
    try {
      await this.#hello();
    } finally {
      booted.abort();
    }
    await watched;
  }

  /**
   * The firmware resets the machine once more before it loads the kernel; a reset after that is a kernel's that panics, and ends QEMU. Waits
   * until the kernel has printed its first line after `printed` characters of the console, or the agent is there.
   */
  async #endAtNextReset(printed: number, booted: AbortSignal): Promise<void> {
    const speaks = (): boolean => /^\[ *0\.0+\] Linux version /m.test(this.consoleText().slice(printed));
    while (!booted.aborted && this.qemu.exit === undefined && !speaks()) await sleep(100);
    if (this.qemu.exit === undefined) await this.qemu.qmp.execute('set-action', { reboot: 'shutdown' });
  }

  #hear(channel: AgentChannel): void {
    channel.onMessage((message) => {
      if (message.event === 'kmsg') {
        this.log.push(message);
        for (const listener of this.#recordListeners) listener(message);
      } else if (message.event === 'kmsg-lost') this.logLost = true;
      else if (message.event === 'beat') this.clock.beat(performance.now(), message.uptimeMs);
      else if (message.event === 'exit') this.exits.push(message);
      else if (message.event === 'signal') {
        this.signals.push(message);
        for (const listener of this.#signalListeners) listener(message);
      }
    });
  }

  /**
   * Boots a guest on memory files that it writes to, up to the agent's hello. `recorder`: what records what it executes.
   * @throws GuestDied, or DeadlineExpired when nothing was printed for a minute.
   */
  static async boot(
    plan: GuestPlan,
    memory: QemuPlan['memory'],
    console: string,
    signal?: AbortSignal,
    recorder?: Recorder,
  ): Promise<Guest> {
    requireMemoryFiles(memory, plan.machine);
    if (memory.window !== undefined && plan.window !== undefined) await fillWindow(memory.window, plan.window);
    const qemu = await Qemu.start((sockets) =>
      qemuArgv({ ...plan, record: recorder?.plan, memory, share: true, incoming: false, console, sockets }),
    );
    return guarded(qemu, signal, async () => {
      const platform = await platformOf(qemu, plan);
      const guest = new Guest(qemu, new AgentChannel(await qemu.connect('agent')), console, platform, recorder);
      await guest.#hello();
      return guest;
    });
  }

  /**
   * Forks a saved guest: its files stay as they are, whatever the guest does. `recorder`: what records what it executes.
   * @throws GuestDied, InfraError, such as when QEMU cannot save a guest of this machine
   */
  static async restore(
    plan: GuestPlan,
    { streams, cxlState, ...memory }: StateFiles,
    console: string,
    signal?: AbortSignal,
    recorder?: Recorder,
  ): Promise<Guest> {
    requireSavable(plan.machine);
    requireMemoryFiles(memory, plan.machine);
    const qemu = await Qemu.start((sockets) =>
      qemuArgv({ ...plan, record: recorder?.plan, memory, share: false, incoming: true, console, sockets }),
    );
    return guarded(qemu, signal, async () => {
      const channel = new AgentChannel(await qemu.connect('agent'));
      const guest = new Guest(qemu, channel, console, await platformOf(qemu, plan), recorder);
      await loadState(qemu, streams);
      await restoreCxl(qemu, plan.machine, cxlState);
      await recorder?.arm(qemu);
      await goOn(qemu);
      await guest.request('ping', {}, { withinMs: 30_000 });
      return guest;
    });
  }

  /** @throws GuestDied, DeadlineExpired, or InfraError when the agent refuses the request. */
  async request<O extends Op>(op: O, args: Requests[O], options: GuestRequestOptions = {}): Promise<Replies[O]> {
    const pids: number[] = [];
    const asked = performance.now();
    const channel = this.#channel;
    const onStarted = (pid: number): void => {
      pids.push(pid);
      options.onStarted?.(pid);
    };
    const reply = orGuestDied(this.qemu, () => channel.request(op, args, { onStarted, signal: options.signal }));
    const died = this.qemu.exited.then((exit): never => {
      throw new GuestDied(exit);
    });
    for (const wait of [reply, died]) wait.catch(() => undefined);
    const answer = Promise.race([reply, died]);
    const { withinMs } = options;
    const data =
      withinMs === undefined ? await answer : await new Deadline(withinMs, () => this.now()).limit(answer, pids);
    if ('uptimeMs' in data) this.clock.pinged({ asked, heard: performance.now(), uptimeMs: data.uptimeMs });
    return data;
  }

  /** Performs a planned request that must succeed. @throws InfraError with what the guest said when it does not. */
  async perform(request: GuestRequest, options: GuestRequestOptions = {}): Promise<void> {
    const reply = await this.request(request.op, request.args, options);
    const trouble = complaint(request, reply);
    if (trouble !== undefined) throw new InfraError(`could not ${request.why}`, { hint: trouble });
  }

  consoleText(): string {
    return readEnds(this.console);
  }

  /** Ends the guest at once; nothing of it is left. */
  async end(): Promise<void> {
    this.#channel.close();
    await this.qemu.stop();
  }

  async #hello(): Promise<void> {
    let size = -1;
    let changed = this.now();
    const watch = async (): Promise<never> => {
      for (;;) {
        await sleep(200, undefined, { ref: false });
        const now = fileSize(this.console);
        if (now !== size) [size, changed] = [now, this.now()];
        if (this.qemu.exit !== undefined) throw new GuestDied(this.qemu.exit);
        if (this.now() - changed > bootSilenceMs) throw new DeadlineExpired(bootSilenceMs, []);
      }
    };
    const watched = watch();
    watched.catch(() => undefined);
    const hello = orGuestDied(this.qemu, () => this.#channel.hello());
    hello.catch(() => undefined);
    await Promise.race([hello, watched]);
    await this.request('ping', {}, { withinMs: bootSilenceMs });
  }
}

async function platformOf(qemu: Qemu, { machine, window }: GuestPlan): Promise<Platform | undefined> {
  return window === undefined ? undefined : startPlatform(qemu, machine, window);
}

/** Runs `make`; ends QEMU when it fails or is called off. */
async function guarded(qemu: Qemu, signal: AbortSignal | undefined, make: () => Promise<Guest>): Promise<Guest> {
  const calledOff = (): void => void qemu.stop();
  signal?.addEventListener('abort', calledOff, { once: true });
  try {
    signal?.throwIfAborted();
    return await make();
  } catch (error) {
    await qemu.stop();
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', calledOff);
  }
}

function fileSize(file: string): number {
  try {
    return statSync(file).size;
  } catch {
    return 0;
  }
}
