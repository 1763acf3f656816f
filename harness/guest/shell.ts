// SPDX-License-Identifier: GPL-2.0-only
// A shell in a guest: ssh over a virtio port, so that the guest needs no network. The agent connects the port to dropbear
// on the guest's loopback.

import type { Client, ClientChannel } from 'ssh2';
import { InfraError } from '../host/errors.ts';
import { quoteArgv } from '../host/program.ts';
import { portNames } from '../machine/argv.ts';
import type { LiveGuest } from './live-guest.ts';

const sshPort = 22;
const hostKey = '/run/hostkey';

export interface ShellOptions {
  /** To be run instead of an interactive shell. */
  command: string | undefined;
  /** Factor for deadlines (slowdown.ts). */
  slowdown: number;
}

/** Opens a shell, or runs a command, on the terminal of this process. Returns its exit code. @throws InfraError when that fails. */
export async function openShell(guest: LiveGuest, { command, slowdown }: ShellOptions): Promise<number> {
  const client = await connectSsh(guest, slowdown);
  try {
    const channel = await (command === undefined ? interactive(client) : execute(client, command));
    return await attach(channel, command === undefined);
  } finally {
    client.end();
  }
}

/** Opens an ssh connection to the guest, as root, with a new key. @throws InfraError when that fails. */
async function connectSsh(guest: LiveGuest, slowdown: number): Promise<Client> {
  // No other command needs it, and it takes a tenth of a second to load.
  const { default: ssh2 } = await import('ssh2');
  const key = ssh2.utils.generateKeyPairSync('ed25519');
  const options = { withinMs: 10_000 * slowdown };
  const must = async (argv: string[]): Promise<string> => {
    const { exit, stdout, stderr } = await guest.request('run', { argv }, options);
    if (exit !== 0) throw new InfraError(`${quoteArgv(argv)} failed in the guest`, { hint: stderr.trim() });
    return stdout;
  };
  await guest.request('write', { path: '/root/.ssh/authorized_keys', data: `${key.public}\n`, create: true }, options);
  await must(['chmod', '700', '/root', '/root/.ssh']);
  // A host key for each guest. ed25519 takes little time, even under TCG.
  await must(['dropbearkey', '-t', 'ed25519', '-f', hostKey]);
  await must(['dropbear', '-r', hostKey, '-s', '-p', `127.0.0.1:${sshPort}`]);
  await guest.request('forward', { name: portNames.ssh, port: sshPort }, options);
  const sock = await guest.qemu.connect('ssh');
  const client = new ssh2.Client();
  return new Promise((resolve, reject) => {
    client.once('ready', () => resolve(client));
    client.once('error', (error) => {
      reject(new InfraError(`no ssh connection to the guest: ${error.message}`, { cause: error }));
    });
    client.connect({ sock, username: 'root', privateKey: key.private, readyTimeout: 20_000 * slowdown });
  });
}

function interactive(client: Client): Promise<ClientChannel> {
  // Both are undefined when stdout is not a terminal, though the type says otherwise.
  const { columns, rows } = process.stdout as { columns?: number; rows?: number };
  const window = { term: process.env.TERM ?? 'xterm', cols: columns ?? 80, rows: rows ?? 24 };
  return new Promise((resolve, reject) => {
    client.shell(window, (error, channel) => {
      if (error === undefined) resolve(channel);
      else reject(error);
    });
  });
}

function execute(client: Client, command: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    client.exec(command, (error, channel) => {
      if (error === undefined) resolve(channel);
      else reject(error);
    });
  });
}

/** Connects a channel with the terminal of this process until it closes. Returns the exit code. */
async function attach(channel: ClientChannel, terminal: boolean): Promise<number> {
  const { stdin, stdout, stderr } = process;
  const raw = terminal && stdin.isTTY;
  const resize = (): void => channel.setWindow(stdout.rows, stdout.columns, 0, 0);
  if (raw) stdin.setRawMode(true);
  stdin.pipe(channel);
  channel.pipe(stdout, { end: false });
  channel.stderr.pipe(stderr, { end: false });
  stdout.on('resize', resize);
  try {
    return await new Promise((resolve) => {
      let exitCode = 0;
      channel.on('exit', (code: number | null) => (exitCode = code ?? 1));
      channel.on('close', () => resolve(exitCode));
    });
  } finally {
    stdout.off('resize', resize);
    stdin.unpipe(channel);
    stdin.pause();
    if (raw) stdin.setRawMode(false);
  }
}
