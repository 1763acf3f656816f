// SPDX-License-Identifier: GPL-2.0-only
// A real Slurm on this machine, in a temporary folder: munged, slurmctld and a slurmd for each node. slurmd needs root.

import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync, statfsSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { findProgram } from '../../harness/host/needs.ts';
import { temporaryFolder } from './hazmat.ts';

/** Why there can be no Slurm here; undefined when there can. */
export function whyNoSlurm(): string | undefined {
  if (process.getuid?.() !== 0) return 'slurmd needs root';
  const missing = ['munged', 'slurmctld', 'slurmd', 'sbatch'].filter((name) => findProgram(name) === undefined);
  if (missing.length > 0) return `this machine has no ${missing.join(', ')}`;
  // slurmd 22.05 does not start without one, even with proctrack/pgid and task/none; a chroot has none.
  const controlled = [0x63677270, 0x01021994].includes(statfsSync('/sys/fs/cgroup').type);
  return controlled ? undefined : 'slurmd needs a cgroup filesystem in /sys/fs/cgroup';
}

export class SlurmCluster {
  /** What its clients need. */
  readonly env: Record<string, string>;
  readonly #folder: string;
  readonly #daemons = new Map<string, ReturnType<typeof startDaemon>>();

  private constructor(folder: string) {
    this.#folder = folder;
    this.env = { SLURM_CONF: path.join(folder, 'slurm.conf') };
  }

  /** Starts one, and waits until all nodes are idle. */
  static async start(nodes: readonly string[]): Promise<SlurmCluster> {
    const folder = temporaryFolder();
    // Slurm's daemons change to other users' folders; munged wants nobody else to write above its files.
    chmodSync(folder, 0o755);
    const cluster = new SlurmCluster(folder);
    const ports = await freePorts(nodes.length + 1);
    writeFileSync(path.join(folder, 'slurm.conf'), configuration(folder, nodes, ports));
    const key = path.join(folder, 'munge.key');
    writeFileSync(key, randomBytes(128), { mode: 0o400 });
    const at = (name: string): string => path.join(folder, name);
    try {
      cluster.#start('munged', [
        ...['munged', '--foreground', `--key-file=${key}`, `--socket=${at('munge.socket')}`],
        ...[`--pid-file=${at('munged.pid')}`, `--log-file=${at('munged.log')}`, `--seed-file=${at('munged.seed')}`],
      ]);
      mkdirSync(at('state'));
      cluster.#start('slurmctld', ['slurmctld', '-D', '-c']);
      for (const node of nodes) cluster.startNode(node);
      await cluster.#untilIdle(nodes);
    } catch (error) {
      await cluster.stop();
      throw error;
    }
    return cluster;
  }

  startNode(node: string): void {
    mkdirSync(path.join(this.#folder, node), { recursive: true });
    this.#start(node, ['slurmd', '-D', '-c', '-N', node]);
  }

  /** Ends a node as a power failure does: its slurmd, its jobs and whatever they started, at once. */
  async killNode(node: string): Promise<void> {
    this.#daemons.get(node)?.kill('SIGKILL');
    await this.#daemons.get(node);
    this.#daemons.delete(node);
    for (;;) {
      const pids = processesOf(`SLURMD_NODENAME=${node}`, this.#folder);
      if (pids.length === 0) return;
      // The daemon of a job step has not the job's environment. It would report that the job was killed: it goes first.
      for (const pid of pids.flatMap(stepDaemonOf)) kill(pid);
      for (const pid of pids) kill(pid);
      await sleep(20);
    }
  }

  /** Runs a client, such as scontrol, and returns what it prints. */
  async client(argv: readonly string[]): Promise<string> {
    const [file = '', ...args] = argv;
    const { stdout, stderr } = await execa(file, args, { env: this.env, reject: false });
    return stdout + stderr;
  }

  /** Ends every process of it and of its jobs. */
  async stop(): Promise<void> {
    await this.client(['scancel', '--user=root']);
    for (const daemon of [...this.#daemons.values()].toReversed()) daemon.kill('SIGKILL');
    await Promise.all(this.#daemons.values());
    for (const pid of processesOf('SLURM_JOB_ID=', this.#folder)) kill(pid);
  }

  #start(name: string, [file = '', ...args]: readonly string[]): void {
    const program = findProgram(file) ?? file;
    const log = path.join(this.#folder, `${name}.out`);
    this.#daemons.set(name, startDaemon(program, args, this.env, log));
  }

  async #untilIdle(nodes: readonly string[]): Promise<void> {
    const end = Date.now() + 120_000;
    for (;;) {
      const states = await this.client(['sinfo', '--noheader', '--Node', '--format=%N %T']);
      if (nodes.every((node) => states.includes(`${node} idle`))) return;
      // A daemon that ends by itself, slurmd without a cgroup filesystem, say, never gets there.
      const ended = [...this.#daemons.values()].some(({ exitCode }) => typeof exitCode === 'number');
      if (ended || Date.now() > end) throw new Error(`Slurm did not start: ${states}\n${this.#logs()}`);
      await sleep(200);
    }
  }

  #logs(): string {
    const logs = readdirSync(this.#folder).filter((name) => /\.(out|log)$/.test(name));
    return logs
      .map((name) => `${name}:\n${readFileSync(path.join(this.#folder, name), 'utf8').slice(-2000)}`)
      .join('\n');
  }
}

function startDaemon(program: string, args: string[], env: Record<string, string>, log: string) {
  const output = { file: log, append: true };
  return execa(program, args, { env, reject: false, stdin: 'ignore', stdout: output, stderr: output });
}

function configuration(
  folder: string,
  nodes: readonly string[],
  [controller = 0, ...ports]: readonly number[],
): string {
  const host = os.hostname();
  return [
    'ClusterName=hazmat',
    `SlurmctldHost=${host}(127.0.0.1)`,
    `SlurmctldPort=${controller}`,
    'SlurmUser=root',
    'AuthType=auth/munge',
    // A task that is started again waits until the credential of its first start has expired: 120 s by default.
    `AuthInfo=socket=${folder}/munge.socket,cred_expire=5`,
    'CredType=cred/munge',
    'ProctrackType=proctrack/pgid',
    'TaskPlugin=task/none',
    'JobAcctGatherType=jobacct_gather/none',
    'AccountingStorageType=accounting_storage/none',
    'SelectType=select/cons_tres',
    'SelectTypeParameters=CR_CPU_Memory',
    'MpiDefault=none',
    'SwitchType=switch/none',
    `StateSaveLocation=${folder}/state`,
    `SlurmctldPidFile=${folder}/slurmctld.pid`,
    `SlurmdPidFile=${folder}/slurmd-%n.pid`,
    `SlurmdSpoolDir=${folder}/%n`,
    // A node that does not answer for so long, in seconds, is down.
    'SlurmdTimeout=10',
    'KillWait=5',
    'ReturnToService=2',
    ...nodes.map(
      (node, index) =>
        `NodeName=${node} NodeHostname=${host} NodeAddr=127.0.0.1 Port=${ports[index] ?? 0} CPUs=2 RealMemory=8000`,
    ),
    `PartitionName=guests Nodes=${nodes.join(',')} Default=YES MaxTime=INFINITE State=UP`,
    '',
  ].join('\n');
}

/** Pids of processes below this cluster's jobs that have a word in their environment. */
function processesOf(word: string, folder: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
        return (
          environment.some((one) => one.startsWith(word)) && environment.includes(`SLURM_CONF=${folder}/slurm.conf`)
        );
      } catch {
        return false; // it has ended
      }
    });
}

function stepDaemonOf(pid: number): number[] {
  try {
    const parent = Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
    return readFileSync(`/proc/${parent}/comm`, 'utf8').startsWith('slurmstepd') ? [parent] : [];
  } catch {
    return []; // it has ended
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended.
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<ReturnType<typeof createServer>>((resolve) => {
          const server = createServer().listen(0, '127.0.0.1', () => resolve(server));
        }),
    ),
  );
  return servers.map((server) => {
    const address = server.address();
    server.close();
    return typeof address === 'object' && address !== null ? address.port : 0;
  });
}
