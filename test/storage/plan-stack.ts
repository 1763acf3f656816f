// SPDX-License-Identifier: GPL-2.0-only
// Plans a stack from the YAML of a scenario's `stack:`.

import { quoteArgv } from '../../harness/host/program.ts';
import { checkYaml } from '../../harness/host/yaml/check.ts';
import { parseYaml } from '../../harness/host/yaml/yaml.ts';
import { emptyStack, LayerError, type Stack } from '../../harness/storage/layer.ts';
import { layerKinds } from '../../harness/storage/layers.ts';

export const gibi = 2 ** 30;
export const mebi = 2 ** 20;

interface Options {
  /** Bytes of each NVDIMM of the machine. */
  nvdimms?: number[];
  virtioPmem?: number[];
  cxl?: { persistent: number | undefined; volatile?: number; serial: number }[];
  kernelVersion?: string;
}

/** @throws LayerError, UsageError as the loader of scenarios would see them. */
export function planStack(
  yaml: string,
  { nvdimms = [gibi, gibi], virtioPmem, cxl, kernelVersion = '6.12.0' }: Options = {},
): Stack {
  const stack = emptyStack();
  const file = parseYaml(yaml, 'stack.yaml');
  for (const [index, entry] of (file.value as Record<string, unknown>[]).entries()) {
    const [key = ''] = Object.keys(entry);
    const kind = layerKinds.find((one) => one.key === key);
    if (kind === undefined) throw new Error(`no layer ${key}`);
    kind.plan(checkYaml(file, kind.schema, [index, key]), { stack, nvdimms, virtioPmem, cxl, kernelVersion });
  }
  return stack;
}

/** What the guest is asked to run, a command a line, with stdin and environment. */
export function commands(stack: Stack): string {
  return stack.requests
    .map((request) => {
      if (request.op !== 'run') return `${request.op} ${JSON.stringify(request.args)}`;
      const { argv, stdin, env } = request.args;
      const before = Object.entries(env ?? {}).map(([name, value]) => `${name}=${value} `);
      return `${before.join('')}${quoteArgv(argv)}${stdin === undefined ? '' : ` <<< ${JSON.stringify(stdin)}`}`;
    })
    .join('\n');
}

/** The sentence with which a stack is refused. */
export function refusal(yaml: string, options?: Options): string {
  try {
    planStack(yaml, options);
  } catch (error) {
    if (error instanceof LayerError) return error.message;
    throw error;
  }
  return 'not refused';
}
