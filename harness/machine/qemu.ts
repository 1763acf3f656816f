// SPDX-License-Identifier: GPL-2.0-only
// A running QEMU: it cannot outlive the harness, is driven over unix sockets, and leaves nothing behind when it ends.

import { connect, type Socket } from 'node:net';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { InfraError } from '../host/errors.ts';
import { quoteArgv } from '../host/program.ts';
import { makeScratch } from '../host/scratch.ts';
import { socketNames } from './argv.ts';
import type { QemuExit, QemuHandle } from './qemu-handle.ts';
import { Qmp } from './qmp.ts';

/** How long a QEMU whose monitor closed its connection has to end by itself, milliseconds. */
const endingMs = 500;

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
  }

  /**
   * Starts QEMU and waits until its monitor answers.
   * @param toArgv makes the command, with QEMU's sockets (`socketNames`) in the folder given
   * @throws InfraError with QEMU's stderr when it does not start.
   */
  static async start(toArgv: (sockets: string) => readonly string[]): Promise<Qemu> {
    const sockets = makeScratch();
    const qemu = new Qemu(toArgv(sockets), sockets);
    try {
      qemu.#qmp = await Qmp.open(await qemu.connect('qmp'));
      qemu.#qmp.onEvent(({ event, data }) => {
        if (event === 'SHUTDOWN' && data?.guest === true) qemu.#reason = String(data.reason);
      });
    } catch (error) {
      // If QEMU ended during the greeting, its stderr says more than the broken connection.
      const ended = await Promise.race([qemu.exited, sleep(endingMs, undefined)]);
      if (ended === undefined) await qemu.stop();
      const { asked, stderr } = await qemu.exited;
      if (asked || stderr.trim() === '') throw error;
      throw new InfraError(`QEMU ended: ${stderr.trim()}`, { hint: quoteArgv(qemu.argv), cause: error });
    }
    return qemu;
  }

  /** QEMU's monitor. */
  get qmp(): Qmp {
    if (this.#qmp === undefined) throw new Error('QEMU is not started yet');
    return this.#qmp;
  }

  /** A path in the folder of QEMU's sockets. */
  socketPath(name: string): string {
    return path.join(this.#sockets, name);
  }

  /** Connects to one of QEMU's sockets as soon as the socket exists. @throws InfraError when QEMU ends first. */
  async connect(name: keyof typeof socketNames | { path: string }): Promise<Socket> {
    const file = typeof name === 'string' ? this.socketPath(socketNames[name]) : name.path;
    for (;;) {
      // It takes a while until there is one, and a connection that fails is an exception.
      const socket = existsSync(file) ? await tryConnect(file) : undefined;
      if (socket !== undefined) return socket;
      if (this.exit !== undefined) {
        throw new InfraError(
          `QEMU ended before the harness could connect to it (exit code ${this.exit.exitCode ?? 'none'})`,
          {
            hint: `${this.exit.stderr.trim()}\n${quoteArgv(this.argv)}`,
          },
        );
      }
      await sleep(1);
    }
  }

  /** Kills QEMU and waits until it has ended and its sockets are removed. */
  async stop(): Promise<void> {
    this.#asked = true;
    this.#process.kill('SIGKILL');
    await this.exited;
  }
}

/** Kills every QEMU of this process; for the end of the harness. */
export function killAll(): void {
  for (const qemu of running) {
    try {
      process.kill(qemu.pid, 'SIGKILL');
    } catch {
      // it has ended already
    }
    rmSync(qemu.socketPath(''), { recursive: true, force: true });
  }
}

/**
 * The command in front of QEMU: the kernel kills QEMU when the harness ends, in whatever way (prctl(2),
 * PR_SET_PDEATHSIG), and a QEMU that root starts has no capabilities.
 */
export function cageArgv(asRoot = process.getuid?.() === 0): string[] {
  const capabilities = asRoot ? ['--bounding-set=-all', '--inh-caps=-all'] : [];
  return ['setpriv', '--pdeathsig', 'KILL', '--no-new-privs', ...capabilities, '--'];
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
