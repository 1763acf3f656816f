// SPDX-License-Identifier: GPL-2.0-only
// hazmat inject: poison by hand, or any other step, in a guest that `hazmat shell` holds.

import { Command } from 'commander';
import { ExitCode, UsageError } from '../host/errors.ts';
import { poisonRoutes } from '../poison/routes.ts';
import { visible, visibleLines } from '../report/text.ts';
import { askHeldGuest, heldGuest, type HoldReply } from '../run/hold.ts';

interface InjectFlags {
  page: string;
  pages?: string;
  of?: string;
  on?: string;
  by?: string;
  option?: string[];
  step?: string;
}

export function injectCommand(): Command {
  return new Command('inject')
    .description('Poison a page by hand in the guest of a running hazmat shell.')
    .argument('[route]', `one of ${poisonRoutes.map(({ name }) => name).join(', ')}`)
    .option('--page <n>', 'page of the file or device', '0')
    .option('--pages <n>', 'how many pages in a row')
    .option('--of <file>', 'the file, such as /mnt/data')
    .option('--on <device>', 'instead of a file: the device, such as pmem0')
    .option('--by <group>', 'group of processes, for routes that go through one')
    .option('-o, --option <key=value...>', 'further keys of the route, as in a scenario')
    .option('--step <yaml>', 'any other step instead: "touch: {by: mappers, page: 3}"')
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

/** What is printed of a reply; the guest's words cannot control the terminal. */
export function replyLines({ ok, wanted, seen, signals, log }: HoldReply, step: string): string[] {
  return [
    ...visibleLines(`${ok ? 'done' : `not as wanted: ${wanted ?? step}`}: ${seen}`),
    ...signals.map((signal) => `signal  ${visible(signal)}`),
    ...log.map((line) => `kernel  ${visible(line)}`),
  ];
}

function poisonStep(route: string | undefined, flags: InjectFlags): string {
  if (route === undefined) throw new UsageError('say a route, or --step');
  const keys: [string, string | undefined][] = [
    ['route', route],
    ['page', flags.page],
    ['pages', flags.pages],
    ['of', flags.of],
    ['on', flags.on],
    ['by', flags.by],
    ...(flags.option ?? []).map((pair): [string, string] => {
      const [key = '', ...value] = pair.split('=');
      return [key, value.join('=')];
    }),
  ];
  return `poison: {${keys.flatMap(([key, value]) => (value === undefined ? [] : [`${key}: ${value}`])).join(', ')}}`;
}
