// SPDX-License-Identifier: GPL-2.0-only
// A running QEMU: started so that it cannot outlive the harness, spoken to over unix sockets, ended without trace.

import { connect, type Socket } from 'node:net';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { InfraError } from '../host/errors.ts';
import { quoteArgv } from '../host/program.ts';
import { makeScratch, noteGuest } from '../host/scratch.ts';
import { qemuArgv, socketNames, type QemuPlan } from './argv.ts';
import type { QemuExit, QemuHandle } from './qemu-handle.ts';
import { Qmp } from './qmp.ts';

const running = new Set<Qemu>();
let watchingExit = false;

export class Qemu implements QemuHandle {
  readonly argv: readonly string[];
  readonly pid: number;
  /** Resolves when QEMU has ended, for whatever reason; never rejects. */
  readonly exited: Promise<QemuExit>;
  exit: QemuExit | undefined;
  readonly #process: ReturnType<typeof launch>;
  readonly #sockets: string;
  #qmp: Qmp | undefined;
  #asked = false;
  #reason: string | undefined;

  private constructor(argv: readonly string[], sockets: string) {
    this.argv = argv;
    this.#sockets = sockets;
    this.#process = launch([...cageArgv(), ...argv]);
    this.pid = this.#process.pid ?? 0;
    this.exited = this.#process.then((result) => {
      this.exit = {
        asked: this.#asked,
        exitCode: result.exitCode,
        signal: result.signal,
        reason: this.#reason,
        stderr: typeof result.stderr === 'string' ? result.stderr : '',
      };
      running.delete(this);
      rmSync(this.#sockets, { recursive: true, force: true });
      return this.exit;
    });
    running.add(this);
    if (!watchingExit) {
      watchingExit = true;
      process.on('exit', () => killAll());
    }
    if (this.pid > 0) noteGuest(sockets, this.pid);
  }

  /** Starts QEMU and waits until its monitor answers. @throws InfraError with what QEMU said when it does not start. */
  static async start(plan: Omit<QemuPlan, 'sockets'>, toArgv: (plan: QemuPlan) => string[] = qemuArgv): Promise<Qemu> {
    const sockets = makeScratch();
    const qemu = new Qemu(toArgv({ ...plan, sockets }), sockets);
    try {
      qemu.#qmp = await Qmp.open(await qemu.connect('qmp'));
      qemu.#qmp.onEvent(({ event, data }) => {
        if (event === 'SHUTDOWN' && data?.guest === true) qemu.#reason = String(data.reason);
      });
    } catch (error) {
      // Ended in the middle of the greeting: what QEMU printed says more than the broken connection.
      const ended = await Promise.race([qemu.exited, sleep(500, undefined)]);
      if (ended === undefined) await qemu.stop();
      const { asked, stderr } = await qemu.exited;
      if (asked || stderr.trim() === '') throw error;
      throw new InfraError(`QEMU ended: ${stderr.trim()}`, { hint: quoteArgv(qemu.argv), cause: error });
    }
    return qemu;
  }

  get qmp(): Qmp {
    if (this.#qmp === undefined) throw new Error('QEMU is not started yet');
    return this.#qmp;
  }

  /** A path for a socket of ours beside QEMU's own. */
  socketPath(name: string): string {
    return path.join(this.#sockets, name);
  }

  /** Connects to one of QEMU's sockets as soon as it is there. */
  async connect(name: keyof typeof socketNames | { path: string }): Promise<Socket> {
    const file = typeof name === 'string' ? this.socketPath(socketNames[name]) : name.path;
    for (;;) {
      const socket = await tryConnect(file);
      if (socket !== undefined) return socket;
      if (this.exit !== undefined) {
        throw new InfraError(`QEMU ended before it could be spoken to (exit code ${this.exit.exitCode ?? 'none'})`, {
          hint: `${this.exit.stderr.trim()}\n${quoteArgv(this.argv)}`,
        });
      }
      await sleep(1);
    }
  }

  /** Ends QEMU at once and waits until it is gone with its sockets. */
  async stop(): Promise<void> {
    this.#asked = true;
    this.#process.kill('SIGKILL');
    await this.exited;
  }
}

/** Ends every QEMU of this process at once; for the very end of the harness. */
export function killAll(): void {
  for (const qemu of running) {
    try {
      process.kill(qemu.pid, 'SIGKILL');
    } catch {
      // it ended by itself
    }
    rmSync(qemu.socketPath(''), { recursive: true, force: true });
  }
}

/** The command in front of QEMU: the kernel ends QEMU when the harness ends, however that happens; root keeps no powers. */
export function cageArgv(asRoot = process.getuid?.() === 0): string[] {
  const powers = asRoot ? ['--bounding-set=-all', '--inh-caps=-all'] : [];
  return ['setpriv', '--pdeathsig', 'KILL', '--no-new-privs', ...powers, '--'];
}

function launch([file = '', ...args]: string[]) {
  return execa(file, args, { reject: false, stdin: 'ignore', stdout: 'ignore', cleanup: true });
}

function tryConnect(file: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(file);
    socket.once('error', () => resolve(undefined));
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      resolve(socket);
    });
  });
}
