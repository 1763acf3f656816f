// SPDX-License-Identifier: GPL-2.0-only
// Takes steps of a small scenario in a fake guest, written as in YAML: for what a step asks, and what it makes of the answers.

import type { Replies } from '../../../harness/guest/protocol.ts';
import { parseScenario, parseStep } from '../../../harness/scenario/load.ts';
import { planGuest } from '../../../harness/scenario/plan.ts';
import type { StepReport } from '../../../harness/scenario/step.ts';
import { StepContext } from '../../../harness/scenario/step-context.ts';
import { FakeGuest, type Answers, type FakeQemu } from '../../guest/fake-guest.ts';

const scenario = parseScenario(
  `
title: A scenario for tests of steps
machine: two-nvdimms
stack:
  - namespace: {name: pmem0}
  - namespace: {name: pmem1}
  - xfs: {device: pmem0, mount: /mnt, mkfs: {reflink: true, rmapbt: true}}
  - ext4: {device: pmem1, mount: /ext4}
files:
  /mnt/data: {pages: 8}
processes:
  mappers: {count: 2, file: /mnt/data, pages: 8, touch: write}
  part: {file: /mnt/data, page: 4, pages: 2, touch: read}
  private: {file: /mnt/data, pages: 8, mode: private, touch: write}
  other: {file: /mnt/other, pages: 8, touch: read}
steps:
  - unbind: pmem0
`,
  'steps.yaml',
);

/** The same with one CXL device instead of the NVDIMMs. */
const onCxl = parseScenario(
  `
title: A scenario for tests of steps
machine: cxl
stack:
  - cxl-region: {name: region0}
  - namespace: {name: pmem0}
  - xfs: {device: pmem0, mount: /mnt, mkfs: {reflink: true, rmapbt: true}}
files:
  /mnt/data: {pages: 8}
steps:
  - unbind: pmem0
`,
  'cxl-steps.yaml',
);

/** Where the kernel has the CXL device. */
export const cxlDevice = '/sys/devices/pci0000:0c/0000:0c:00.0/0000:0d:00.0/mem3';

/** The pattern that /mnt/data holds. */
const dataSeed = 1;

/** Where the first block of every file is on its namespace, and where the data of pmem0 begins. */
export const fileOffset = 2 ** 24;
export const pmemStart = 2 ** 32;

/** The sector of page 0 of /mnt/data on pmem0, and its page frame. */
export const firstSector = fileOffset / 512;
export const firstFrame = (pmemStart + fileOffset) / 4096;

/** Answers of a guest in which everything works. */
const works: Answers = {
  run: ran(0),
  read: { data: '' },
  write: { result: 1, call: 'write', durationMs: 12 },
  extents: { extents: [{ logical: 0, physical: fileOffset, length: 2 ** 30, flags: 0 }] },
  touch: ({ pages }) => ({ touched: pages, seeds: Array.from({ length: pages }, () => dataSeed) }),
};

/** A program that ended with this exit status and output. */
export function ran(exit: number, output = '', stderr = ''): Replies['run'] {
  return { exit, stdout: output, stderr, durationMs: 1 };
}

interface StepTest {
  fake: FakeGuest;
  context: StepContext;
  /** The requests of the last step, an operation with its arguments each. */
  asked: () => [op: string, args: unknown][];
  /** Takes a step. `deadlineMs`: how long it may take. */
  take: (step: string, deadlineMs?: number) => Promise<StepReport>;
}

/** A guest in which everything works, but for these answers. */
export function stepTest(
  answers: Answers = {},
  { machine, ...options }: { qemu?: FakeQemu; machine?: 'cxl' } = {},
): StepTest {
  const planned = machine === 'cxl' ? onCxl : scenario;
  const fake = new FakeGuest({ ...works, ...answers }, options);
  const { stack, layout } = planGuest(planned, '6.12.0');
  const context = new StepContext({
    guest: fake,
    stack,
    facts: {
      'pmem0 device': '/sys/devices/ACPI0012:01/ndbus0/region0/pfn0.1',
      'pmem1 device': '/sys/devices/ACPI0012:01/ndbus0/region1/pfn1.1',
      'pmem0 resource': `0x${pmemStart.toString(16)}`,
      'pmem1 resource': `0x${(2 * pmemStart).toString(16)}`,
    },
    files: layout.files,
    groups: layout.groups,
    later: layout.later,
    kernelVersion: '6.12.0',
    slowdown: 1,
    modules: ['nd_pmem', 'xfs'],
  });
  let before = 0;
  return {
    fake,
    context,
    asked: () => fake.asked.slice(before).map(({ op, args }) => [op, args]),
    take: async (text, deadlineMs = 5000) => {
      const { kind, args } = parseStep(text, planned);
      before = fake.asked.length;
      context.startStep(deadlineMs);
      return kind.run(args, context);
    },
  };
}
