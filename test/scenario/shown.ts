// SPDX-License-Identifier: GPL-2.0-only
// A small scenario that is right, to make wrong in one place at a time.

import { renderError, UsageError } from '../../harness/host/errors.ts';
import { machineNames } from '../../harness/machine/machine.ts';
import { parseScenario } from '../../harness/scenario/load.ts';
import { stepKinds } from '../../harness/scenario/steps.ts';

const allSteps = stepKinds.map(({ key }) => key).join(', ');
const allMachines = machineNames().join(', ');

export const right = `title: Unbinding signals every mapper
machine: one-nvdimm
stack:
  - namespace: {name: pmem0, mode: fsdax}
  - xfs: {device: pmem0, mount: /mnt, mkfs: {reflink: true, rmapbt: true}}
processes:
  mappers: {count: 3, file: /mnt/data, pages: 16, touch: write}
steps:
  - unbind: pmem0
  - signals: {processes: mappers, code: BUS_MCEERR_AO}
`;

/** The right scenario with one part replaced. @throws when there is no such part. */
export function changed(part: string, by: string): string {
  if (!right.includes(part)) throw new Error(`no \`${part}\` in the right scenario`);
  return right.replace(part, () => by);
}

/** What the loader says of a text. */
export function told(text: string): string {
  try {
    parseScenario(text, 'x.yaml');
    return 'right';
  } catch (error) {
    // What there is grows; that it is listed is what counts.
    if (error instanceof UsageError)
      return renderError(error).replace(allSteps, 'EVERY STEP').replace(allMachines, 'EVERY MACHINE');
    throw error;
  }
}
