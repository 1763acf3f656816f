// SPDX-License-Identifier: GPL-2.0-only
// hazmat inject: runs one step, poison by default, in the guest of a `hazmat shell`.

import { Command } from 'commander';
import { ExitCode, UsageError } from '../host/errors.ts';
import { poisonRoutes } from '../poison/routes.ts';
import { visible, visibleLines } from '../report/text.ts';
import { askHeldGuest, heldGuest, type HoldReply } from '../run/hold.ts';

interface InjectFlags {
  page: string;
  pages?: string;
  file?: string;
  device?: string;
  mount?: string;
  processes?: string;
  option?: string[];
  step?: string;
}

export function injectCommand(): Command {
  return new Command('inject')
    .summary('Poison a page by hand in the guest of a running hazmat shell.')
    .description('Poison a page in the guest of a `hazmat shell` in another terminal.')
    .argument('[route]', `one of ${poisonRoutes.map(({ name }) => name).join(', ')}`)
    .option('--page <n>', 'page of the file or device', '0')
    .option('--pages <n>', 'number of pages')
    .option('--file <path>', 'file, such as /mnt/data')
    .option('--device <name>', 'instead of a file: device, such as pmem0')
    .option('--mount <path>', 'instead of a file: filesystem, with -o block=superblock')
    .option('--processes <group>', 'group whose first process acts, for routes that go through a process')
    .option('-o, --option <key=value...>', 'more keys of the step, as in a scenario')
    .option('--step <yaml>', 'run another step: "touch: {processes: mappers, page: 3}"')
    .action(async (route: string | undefined, flags: InjectFlags) => {
      process.exitCode = await inject(route, flags);
    });
}

async function inject(route: string | undefined, flags: InjectFlags): Promise<number> {
  const step = flags.step ?? poisonStep(route, flags);
  const reply = await askHeldGuest(heldGuest(), step);
  for (const line of replyLines(reply, step)) process.stdout.write(`${line}\n`);
  return reply.ok ? ExitCode.ok : ExitCode.deviation;
}

/** What is printed of a reply; text from the guest cannot control the terminal. @internal for tests */
export function replyLines({ ok, wanted, seen, signals, log }: HoldReply, step: string): string[] {
  return [
    ...visibleLines(`${ok ? 'ok' : `expected: ${wanted ?? step}; seen`}: ${seen}`),
    ...signals.map((signal) => `signal  ${visible(signal)}`),
    ...log.map((line) => `kernel  ${visible(line)}`),
  ];
}

function poisonStep(route: string | undefined, flags: InjectFlags): string {
  if (route === undefined) throw new UsageError('a route or --step is needed');
  const keys: [string, string | undefined][] = [
    ['route', route],
    ['page', flags.page],
    ['pages', flags.pages],
    ['file', flags.file],
    ['device', flags.device],
    ['mount', flags.mount],
    ['processes', flags.processes],
    ...(flags.option ?? []).map((pair): [string, string] => {
      const [key = '', ...value] = pair.split('=');
      return [key, value.join('=')];
    }),
  ];
  return `poison: {${keys.flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${value}`])).join(', ')}}`;
}
