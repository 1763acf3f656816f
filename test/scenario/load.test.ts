// SPDX-License-Identifier: GPL-2.0-only
// cspell:ignore becuase deadlin
// cspell:ignore heal fates
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { renderError } from '../../harness/host/errors.ts';
import { findScenarios, loadScenario, parseScenario, scenarioNames } from '../../harness/scenario/load.ts';
import { planGuest } from '../../harness/scenario/plan.ts';
import { temporaryFolder } from '../host/temporary.ts';
import { changed, right, told } from './shown.ts';

const steps = right.slice(right.indexOf('steps:'));
const step = '- unbind: pmem0';

/** What is wrong, and the part of the right scenario that is replaced. */
const mistakes: Record<string, [string, string][]> = {
  'the top level': [
    ['title: U', 'titel: U'],
    ['steps:', 'stpes:'],
    ['title: Unbinding signals every mapper', 'title: 6'],
    [steps, 'steps: []\n'],
    [steps, 'steps: {unbind: pmem0}\n'],
    [steps, ''],
    [right, ''],
    [right, '# nothing yet\n'],
    [right, '- unbind: pmem0\n'],
    ['title: U', 'title: "U'],
    ['machine: ', '\tmachine: '],
    ['machine: ', 'title: another\nmachine: '],
    ['machine: one-nvdimm', 'machine: one-nvdim'],
    ['steps:', 'known:\n  - {kernel: ">=6.0", verdict: crash, because: x}\nsteps:'],
    ['steps:', 'known:\n  - {kernels: ">=6.0", verdict: pass, because: x}\nsteps:'],
    ['steps:', 'known:\n  - {kernels: ">=6.0", verdict: fail, because: x}\nsteps:'],
    ['steps:', 'known:\n  - {kernels: ">=six", verdict: hang, because: x}\nsteps:'],
    ['steps:', 'known:\n  - {kernels: ">=6.0", verdict: hang}\nsteps:'],
    ['steps:', 'known:\n  - {kernels: ">=6.0", verdict: hang, in: f, bug: KB4}\nsteps:'],
    ['steps:', 'known:\n  - {kernels: ">=6.0", verdict: hang, bug: KB999}\nsteps:'],
    ['steps:', 'allow: [WARNING in dax_insert_entry]\nsteps:'],
    ['steps:', 'allow: [{title: "", because: x}]\nsteps:'],
    ['steps:', 'allow: [{title: "WARNING at fs/dax.c:380", because: x}]\nsteps:'],
    ['steps:', 'panics: "WARNING at fs/dax.c:380"\nsteps:'],
    ['steps:', 'files: {/dev/pmem0: {pages: 3}}\nsteps:'],
  ],
  'the stack': [
    ['- xfs:', '- xsf:'],
    ['- xfs:', '- btrfs:'],
    ['- xfs:', '- ext4: {device: pmem0, mount: /mnt}\n    xfs:'],
    ['  - xfs: {', '  - xfs\n  - ext4: {'],
    ['device: pmem0', 'device: pmem1'],
    ['name: pmem0', 'name: nvme0n1'],
    ['name: pmem0', 'name: pmem1'],
    ['mode: fsdax', 'mode: devdax'],
    ['mode: fsdax', 'mode: fsdax, size: 100M'],
    ['mode: fsdax', 'mod: fsdax'],
    [', mkfs: {reflink: true, rmapbt: true}', ''],
    ['rmapbt: true', 'rmapbt: yes please'],
    ['  - xfs:', '  - dm-stripe: {name: s, devices: [pmem0], chunk: 64K}\n  - xfs:'],
  ],
  'files and processes': [
    ['count: 3', 'count: 0'],
    ['count: 3', 'count: three'],
    ['file: /mnt/data', 'file: data'],
    ['file: /mnt/data', 'file: /other/data'],
    ['file: /mnt/data', 'fil: /mnt/data'],
    ['touch: write', 'touch: writes'],
    ['  mappers:', '  My_Mappers:'],
    ['steps:', '  child: {parent: maper}\nsteps:'],
    ['processes:', 'processes:\n  child: {parent: mappers}'],
    ['steps:', '  idle: {count: 2}\nsteps:'],
    ['steps:', 'files: {/tmp/x: {pages: 3}}\nsteps:'],
    ['steps:', 'files: {/mnt/x: 3}\nsteps:'],
    ['steps:', 'files: {/mnt/data: {pages: 8}}\nsteps:'],
  ],
  'the steps': [
    [step, '- unbnd: pmem0'],
    [step, '- umount: /mnt'],
    [step, '- explode: pmem0'],
    [step, '- unbind'],
    [step, '- unbind:'],
    [step, '- unbind: [pmem0]'],
    [step, '- unbind: pmem7'],
    [step, '- {}'],
    [step, '- deadline: 10s'],
    [step, `${step}\n    unmount: /mnt`],
    [step, `${step}\n    deadlines: 10s`],
    [step, `${step}\n    deadline: 10 seconds`],
    [step, `${step}\n    deadline: 10`],
    [step, `${step}\n    takes: long`],
    [step, `${step}\n    takes: 10s\n    deadline: 5s`],
    [step, `${step}\n    kernels: 6.x`],
    [step, `${step}\n    kernels: 6.12`],
    ['code: BUS_MCEERR_AO', 'cod: BUS_MCEERR_AO'],
    ['code: BUS_MCEERR_AO', 'code: BUS_MCERR_AO'],
    ['code: BUS_MCEERR_AO', 'code: BUS_MCEERR_AO, lbs: 12'],
    ['code: BUS_MCEERR_AO', 'code: BUS_MCEERR_AO, lsb: page'],
    ['code: BUS_MCEERR_AO', 'expect: some'],
    ['processes: mappers, code', 'processes: maper, code'],
    [step, '- mount: /mt'],
    [step, '- read: {file: /mnt/dta, page: 1}'],
    [step, '- read: {file: /mnt/data}'],
    [step, '- read: {file: /mnt/data, page: 1, offset: 4096, length: 1}'],
    [step, '- read: {file: /mnt/data, page: 1, returns: io error}'],
    [step, '- poison: {route: badblocks, page: 1}'],
    [step, '- write: {file: /mnt/data, page: 1, processes: mappers, bad-buffer: true}'],
    [step, '- fallocate: {file: /mnt/data, mode: punch, page: 1}'],
    [step, '- truncate: {file: /mnt/data, page: 1}'],
    [step, '- touch: {processes: mappers, offset: 4095, length: 2}'],
    [step, '- copy-file-range: {file: /mnt/data, target: /mnt/dat}'],
    [step, '- fsync: /mnt/dat'],
    [step, '- msync: mappers'],
    [step, '- mappings: {processes: mappers, expect: some}'],
    [step, '- mappings: {processes: mappers, expect: [first]}'],
    [step, '- touch: {processes: mappers, expect: SIGBUS}'],
    [step, '- touch: {processes: mappers, expect: {code: SIGBUS}}'],
    [step, '- badblocks: {device: pmem0, expect: [{file: /mnt/data}]}'],
    [step, '- badblocks: {device: pmem0, expect: nothing}'],
    [step, '- filesystem: {mount: /mnt, expect: shutdown}'],
    [step, '- data: {file: /mnt/data, is: as it was}'],
    [step, '- kill: [mappers, other]'],
    [step, '- kill: 3'],
    [step, '- run: {cmd: ls}'],
    [step, '- log: {}'],
    [step, '- log: {expect: "("}'],
    [step, '- log: {expect: ".*"}'],
    [step, '- run: {command: ls, output: "(abc"}'],
    [step, '- reboot: warm'],
    [step, '- reboot:\n    deadline: soon'],
    [step, '- poison: {route: madvise, page: 1, file: /mnt/data}'],
  ],
};

/** The line that a mistake changes, for the reader of the snapshot. */
function shown(part: string, by: string): string {
  return by === '' ? `without \`${part.split('\n')[0] ?? ''}...\`` : by.trim().split('\n').join(' / ');
}

describe('says what is wrong, in which line and column, and what would be right', () => {
  const report = (where: string): string =>
    (mistakes[where] ?? []).map(([part, by]) => `# ${shown(part, by)}\n${told(changed(part, by))}`).join('\n');

  it('at the top level', () =>
    expect(report('the top level')).toMatchInlineSnapshot(`
      "# titel: U
      x.yaml:1:1: unknown key \`titel\`, did you mean \`title\`?
        known here: title, description, tags, machine, needs, stack, files, processes, steps, suite, allow, panics, known
      # stpes:
      x.yaml:8:1: unknown key \`stpes\`, did you mean \`steps\`?
        known here: title, description, tags, machine, needs, stack, files, processes, steps, suite, allow, panics, known
      # title: 6
      x.yaml:1:1: \`title\` must be text, not 6; put it in quotes
        title: What a kernel should do, as one sentence
      # steps: []
      x.yaml:8:1: \`steps\` must be a list with at least 1 entry: [NAME or {...}, ...], not an empty list
        steps: Actions and expectations, in order
      # steps: {unbind: pmem0}
      x.yaml:8:1: \`steps\` must be a list with at least 1 entry: [NAME or {...}, ...], not a block of keys
        steps: Actions and expectations, in order
      # without \`steps:...\`
      x.yaml:1:1: \`steps\` is missing
      # without \`title: Unbinding signals every mapper...\`
      x.yaml is empty
        keys of such a file: title, description, tags, machine, needs, stack, files, processes, steps, suite, allow, panics, known
      # # nothing yet
      x.yaml is empty
        keys of such a file: title, description, tags, machine, needs, stack, files, processes, steps, suite, allow, panics, known
      # - unbind: pmem0
      x.yaml:1:1: the file must be a block with keys such as title, description, tags, machine, needs, stack, files, processes, steps, suite, allow, panics, known, not a list with 1 entry
      # title: "U
      x.yaml:1:8: a quote that is not closed
      # machine:
      x.yaml:2:1: a tab in the indentation; YAML is indented with spaces
      # title: another / machine:
      x.yaml:2:1: the key \`title\` is there twice
      # machine: one-nvdim
      x.yaml:2:1: there is no machine \`one-nvdim\`, did you mean \`one-nvdimm\`?
        machines (qemu/*.yaml): EVERY MACHINE
      # known: /   - {kernel: ">=6.0", verdict: crash, because: x} / steps:
      x.yaml:9:6: unknown key \`kernel\`, did you mean \`kernels\`?
        known here: kernels, verdict, report, steps, tests, bug, because
      # known: /   - {kernels: ">=6.0", verdict: pass, because: x} / steps:
      x.yaml:9:24: \`verdict\` must be one of fail, crash, hang, not \`pass\`
        verdict: The verdict on these kernels.
      # known: /   - {kernels: ">=6.0", verdict: fail, because: x} / steps:
      x.yaml:9:5: \`steps\`: a known fail must say which steps deviate, such as steps: [signals, mappings]
        steps: Keys of exactly those steps whose expectation is not met, each once.
      # known: /   - {kernels: ">=six", verdict: hang, because: x} / steps:
      x.yaml:9:6: \`kernels\`: ">=six" in the kernel range ">=six" is not a version or a comparison with one. A range is one or more of X.Y, X.Y.Z, >=X.Y, >X.Y, <=X.Y, <X.Y (a space means and, || means or; also X.Y-rcN; * is every kernel), such as ">=6.14", ">=6.0 <6.8" or "7.2 || 7.3"; X.Y alone means any X.Y.Z.
        kernels: Range of kernel versions that deviate, such as ">=6.14", ">=6.0 <6.8" or "7.2 || 7.3". X.Y alone is any X.Y.Z.
      # known: /   - {kernels: ">=6.0", verdict: hang} / steps:
      x.yaml:9:5: \`because\` is missing: only a bug of kernels/bugs.yaml gives the reason
      # known: /   - {kernels: ">=6.0", verdict: hang, in: f, bug: KB4} / steps:
      x.yaml:9:39: unknown key \`in\`: it is \`report\` now
        known here: kernels, verdict, report, steps, tests, bug, because
      # known: /   - {kernels: ">=6.0", verdict: hang, bug: KB999} / steps:
      x.yaml:9:39: there is no bug \`KB999\` in kernels/bugs.yaml
      # allow: [WARNING in dax_insert_entry] / steps:
      x.yaml:8:9: entry 1 of \`allow\` must be a block with keys such as title, because, not \`WARNING in dax_insert_entry\`
      # allow: [{title: "", because: x}] / steps:
      x.yaml:8:10: \`title\`: an empty title matches no report
        title: The whole title of a kernel report; \`*\` stands for any text
      # allow: [{title: "WARNING at fs/dax.c:380", because: x}] / steps:
      x.yaml:8:10: \`title\`: no report has such a title: titles have no addresses, offsets, pids, CPU or line numbers, and do not end in a blank or a punctuation mark
        title: The whole title of a kernel report; \`*\` stands for any text
      # panics: "WARNING at fs/dax.c:380" / steps:
      x.yaml:8:1: \`panics\`: no report has such a title: titles have no addresses, offsets, pids, CPU or line numbers, and do not end in a blank or a punctuation mark
        panics: The kernel is right to panic: the whole title of its report, \`*\` stands for any text. The scenario ends there, after the last expectation
      # files: {/dev/pmem0: {pages: 3}} / steps:
      x.yaml:8:9: /dev/pmem0 is in use by a layer of the stack
        filesystems: /mnt"
    `));
  it('in the stack', () =>
    expect(report('the stack')).toMatchInlineSnapshot(`
      "# - xsf:
      x.yaml:5:5: unknown layer \`xsf\`, did you mean \`xfs\`?
        layers: cxl-region, namespace, devdax, system-ram, partition, dm-linear, dm-stripe, dm-writecache, dm-log-writes, dm-error, dm-flakey, dm-dust, dm-snapshot, dm-thin, dm-mirror, disk, xfs, ext4, tmpfs, hugetlbfs
      # - btrfs:
      x.yaml:5:5: unknown layer \`btrfs\`
        layers: cxl-region, namespace, devdax, system-ram, partition, dm-linear, dm-stripe, dm-writecache, dm-log-writes, dm-error, dm-flakey, dm-dust, dm-snapshot, dm-thin, dm-mirror, disk, xfs, ext4, tmpfs, hugetlbfs
      # - ext4: {device: pmem0, mount: /mnt} /     xfs:
      x.yaml:5:5: a layer has one key; this has ext4, xfs
      # - xfs /   - ext4: {
      x.yaml:5:5: entry 2 of \`stack\` must be a block of keys, not \`xfs\`
      x.yaml:6:40: \`mkfs\` must be a list: [NAME, ...], not a block of keys
        mkfs: More arguments for mkfs.ext4
      # device: pmem1
      x.yaml:5:5: no device \`pmem1\` below this layer; devices: pmem0
      # name: nvme0n1
      x.yaml:4:17: \`name\` must be a name such as pmem0, or pmem0.1 for a second namespace, or pmem0s in sector mode, not \`nvme0n1\`
        name: The name that the kernel gives it: \`pmem0\` is the first namespace of NVDIMM 0, \`pmem0.1\` its second; in sector mode \`pmem0s\`
      # name: pmem1
      x.yaml:4:5: pmem1 is on NVDIMM 1, but the machine has 1
      # mode: devdax
      x.yaml:4:30: \`mode\` must be one of fsdax, raw, sector, not \`devdax\`
        mode: fsdax has struct pages and can be mapped; raw cannot; sector has a block translation table (BTT), which writes blocks of 4 KiB as a whole or not at all
      # mode: fsdax, size: 100M
      x.yaml:4:5: 100M is not a size of 128M to 1024M in steps of 16M
      # mod: fsdax
      x.yaml:4:30: unknown key \`mod\`, did you mean \`mode\`?
        known here: name, mode, size, map
      # without \`, mkfs: {reflink: true, rmapbt: true}...\`
      x.yaml:5:5: \`mkfs\` is missing
        mkfs: Arguments of mkfs.xfs; reflink and rmapbt are required, because the defaults of mkfs.xfs change
      # rmapbt: yes please
      x.yaml:5:61: \`rmapbt\` must be true or false, not \`yes please\`
        rmapbt: Reverse mapping; without it XFS cannot find the owner of a bad block
      # - dm-stripe: {name: s, devices: [pmem0], chunk: 64K} /   - xfs:
      x.yaml:5:26: \`devices\` must be a list with at least 2 entries: [NAME, ...], not a list with 1 entry
        devices: The legs, in order"
    `));
  it('in files and processes', () =>
    expect(report('files and processes')).toMatchInlineSnapshot(`
      "# count: 0
      x.yaml:7:13: \`count\` must be a whole number from 1 to 64, not 0
        count: Number of processes in the group
      # count: three
      x.yaml:7:13: \`count\` must be a whole number from 1 to 64, not \`three\`
        count: Number of processes in the group
      # file: data
      x.yaml:7:23: \`file\` must be an absolute path in the guest, not \`data\`
        file: File that each of them maps; written with the pattern if \`files\` does not list it
      # file: /other/data
      x.yaml:7:23: /other/data is on no filesystem of the stack
        filesystems: /mnt
      # fil: /mnt/data
      x.yaml:7:23: unknown key \`fil\`, did you mean \`file\`?
        known here: count, file, page, pages, mode, sync, protection, touch, early-kill, again, core-dump, threads, exited-leader, parent
      # touch: writes
      x.yaml:7:51: \`touch\` must be one of read, write, none, not \`writes\`, did you mean \`write\`?
        touch: Load one byte of each page, store to the whole page, or do neither
      # My_Mappers:
      x.yaml:7:3: the key \`My_Mappers\` must be a name of lowercase letters, digits and dashes
      # child: {parent: maper} / steps:
      x.yaml:8:11: the parent of child, \`maper\`, is not a group that comes before it, did you mean \`mappers\`?
        groups before it: mappers
      # processes: /   child: {parent: mappers}
      x.yaml:7:11: the parent of child, \`mappers\`, is not a group that comes before it
        groups before it: none
      # idle: {count: 2} / steps:
      x.yaml:8:3: idle needs a \`file\` to map or a \`parent\` to fork from
      # files: {/tmp/x: {pages: 3}} / steps:
      x.yaml:8:9: /tmp/x is on no filesystem of the stack
        filesystems: /mnt
      # files: {/mnt/x: 3} / steps:
      x.yaml:8:9: \`/mnt/x\` must be a block with keys such as pages, clone, source, interleave, content, holes, dax, not 3
      # files: {/mnt/data: {pages: 8}} / steps:
      x.yaml:7:3: mappers maps beyond the 8 pages of /mnt/data"
    `));
  it('in the steps', () =>
    expect(report('the steps')).toMatchInlineSnapshot(`
      "# - unbnd: pmem0
      x.yaml:9:5: unknown step \`unbnd\`, did you mean \`unbind\`?
        steps: EVERY STEP
      # - umount: /mnt
      x.yaml:9:5: unknown step \`umount\`, did you mean \`unmount\`?
        steps: EVERY STEP
      # - explode: pmem0
      x.yaml:9:5: unknown step \`explode\`
        steps: EVERY STEP
      # - unbind
      x.yaml:9:5: \`unbind\` needs arguments, such as \`unbind: pmem0\`
      # - unbind:
      x.yaml:9:5: \`unbind\` is empty; it must be text, a block with keys such as device, driver, a block with keys such as region, driver, a block with keys such as memdev, driver or a block with the key bus
      # - unbind: [pmem0]
      x.yaml:9:5: \`unbind\` must be text, a block with keys such as device, driver, a block with keys such as region, driver, a block with keys such as memdev, driver or a block with the key bus, not a list with 1 entry
      # - unbind: pmem7
      x.yaml:9:5: this scenario has no device \`pmem7\`, did you mean \`pmem0\`?
        devices: pmem0
      # - {}
      x.yaml:9:5: a step without an action or an expectation
        steps: EVERY STEP
      # - deadline: 10s
      x.yaml:9:5: a step without an action or an expectation
        steps: EVERY STEP
      # - unbind: pmem0 /     unmount: /mnt
      x.yaml:10:5: a step does one thing; this one has unbind and unmount
      # - unbind: pmem0 /     deadlines: 10s
      x.yaml:10:5: unknown key \`deadlines\`, did you mean \`deadline\`?
      # - unbind: pmem0 /     deadline: 10 seconds
      x.yaml:10:5: \`deadline\` must be a duration such as 500ms, 10s or 2m, not \`10 seconds\`
        deadline: Time limit under KVM; multiplied by the measured slowdown of the guest
      # - unbind: pmem0 /     deadline: 10
      x.yaml:10:5: \`deadline\` must be a duration such as 500ms, 10s or 2m, not 10
        deadline: Time limit under KVM; multiplied by the measured slowdown of the guest
      # - unbind: pmem0 /     takes: long
      x.yaml:10:5: \`takes\` must be a duration such as 500ms, 10s or 2m, not \`long\`
        takes: The step fails when it takes longer, multiplied like \`deadline\`. Time in which the host had no CPU for the guest does not count. What it took is a note of the step
      # - unbind: pmem0 /     takes: 10s /     deadline: 5s
      x.yaml:10:5: \`takes\` is longer than \`deadline\`: the step would count as a hang before
      # - unbind: pmem0 /     kernels: 6.x
      x.yaml:10:5: "6.x" in the kernel range "6.x" is not a version or a comparison with one
        A range is one or more of X.Y, X.Y.Z, >=X.Y, >X.Y, <=X.Y, <X.Y (a space means and, || means or; also X.Y-rcN; * is every kernel), such as ">=6.14", ">=6.0 <6.8" or "7.2 || 7.3"; X.Y alone means any X.Y.Z.
      # - unbind: pmem0 /     kernels: 6.12
      x.yaml:10:5: \`kernels\` must be text, not 6.12; put it in quotes
        kernels: Range of kernels that run this step, such as ">=6.12"; others leave it out
      # cod: BUS_MCEERR_AO
      x.yaml:10:35: unknown key \`cod\`, did you mean \`code\`?
        known here: processes, expect, signal, code, address, lsb, every, pages, count, per-page
      # code: BUS_MCERR_AO
      x.yaml:10:35: \`code\` must be one of BUS_ADRERR, BUS_MCEERR_AR, BUS_MCEERR_AO, SEGV_MAPERR, SEGV_ACCERR, SI_KERNEL, not \`BUS_MCERR_AO\`, did you mean \`BUS_MCEERR_AO\`?
        code: si_code
      # code: BUS_MCEERR_AO, lbs: 12
      x.yaml:10:56: unknown key \`lbs\`, did you mean \`lsb\`?
        known here: processes, expect, signal, code, address, lsb, every, pages, count, per-page
      # code: BUS_MCEERR_AO, lsb: page
      x.yaml:10:56: \`lsb\` must be a whole number, not \`page\`
        lsb: si_addr_lsb: 12 for a page, 21 for 2 MiB
      # expect: some
      x.yaml:10:35: \`expect\` must be none, not \`some\`
        expect: No signal to any process
      # processes: maper, code
      x.yaml:10:5: this scenario has no group of processes \`maper\`, did you mean \`mappers\`?
        processes: mappers
      # - mount: /mt
      x.yaml:9:5: this scenario has no mount \`/mt\`, did you mean \`/mnt\`?
        mounts: /mnt
      # - read: {file: /mnt/dta, page: 1}
      x.yaml:9:5: this scenario has no file \`/mnt/dta\`, did you mean \`/mnt/data\`?
        files: /mnt/data
      # - read: {file: /mnt/data}
      x.yaml:9:5: \`read\`: needs \`page\` (and \`pages\`), or \`offset\` and \`length\`
      # - read: {file: /mnt/data, page: 1, offset: 4096, length: 1}
      x.yaml:9:5: \`read\`: needs \`page\` (and \`pages\`), or \`offset\` and \`length\`
      # - read: {file: /mnt/data, page: 1, returns: io error}
      x.yaml:9:38: \`returns\` must be all, short, any, a whole number of at least 0 or an errno such as EIO, not \`io error\`
        returns: What the call should return: all bytes, a number of bytes (a short count), short for any number but all and none, an errno such as EIO, or any where a race decides
      # - poison: {route: badblocks, page: 1}
      x.yaml:9:5: \`poison\`: needs one of \`file\`, \`device\` (with \`block: page-map\`, \`last-page\` or a part of the BTT: that page of it), \`mapping\`, \`mount\` with \`block\`, \`address\`
      # - write: {file: /mnt/data, page: 1, processes: mappers, bad-buffer: true}
      x.yaml:9:5: \`write\`: \`processes\` needs \`page\` (and \`pages\`), and excludes \`bad-buffer\`
      # - fallocate: {file: /mnt/data, mode: punch, page: 1}
      x.yaml:9:34: \`mode\` must be one of allocate, punch-hole, zero-range, collapse-range, insert-range, unshare-range, write-zeroes, not \`punch\`
        mode: As in fallocate(2): allocate blocks, make a hole, zero (write-zeroes: by writing), take the range out or in, or give the file blocks of its own
      # - truncate: {file: /mnt/data, page: 1}
      x.yaml:9:33: unknown key \`page\`, did you mean \`pages\`?
        known here: file, pages, length, returns
      # - touch: {processes: mappers, offset: 4095, length: 2}
      x.yaml:9:5: \`touch\`: \`offset\` and \`length\` must lie in one page of 4096 bytes
      # - copy-file-range: {file: /mnt/data, target: /mnt/dat}
      x.yaml:9:5: this scenario has no file \`/mnt/dat\`, did you mean \`/mnt/data\`?
        files: /mnt/data
      # - fsync: /mnt/dat
      x.yaml:9:5: this scenario has no file \`/mnt/dat\`, did you mean \`/mnt/data\`?
        files: /mnt/data
      # - msync: mappers
      x.yaml:9:5: \`msync\` must be a block with keys such as processes, page, pages, returns, not \`mappers\`
      # - mappings: {processes: mappers, expect: some}
      x.yaml:9:36: \`expect\` must be none, all or a list: [a whole number of at least 0, ...], not \`some\`
        expect: Present pages of the mapping, in every process: none, all, or exactly these
      # - mappings: {processes: mappers, expect: [first]}
      x.yaml:9:45: entry 1 of \`expect\` must be a whole number of at least 0, not \`first\`
      # - touch: {processes: mappers, expect: SIGBUS}
      x.yaml:9:33: \`expect\` must be data or a block with keys such as signal, code, address, lsb, not \`SIGBUS\`
        expect: The data as written, or a signal at the first page
      # - touch: {processes: mappers, expect: {code: SIGBUS}}
      x.yaml:9:42: \`code\` must be one of BUS_ADRERR, BUS_MCEERR_AR, BUS_MCEERR_AO, SEGV_MAPERR, SEGV_ACCERR, SI_KERNEL, not \`SIGBUS\`
        code: si_code
      # - badblocks: {device: pmem0, expect: [{file: /mnt/data}]}
      x.yaml:9:41: \`page\` is missing
        page: Page of the file or device, from 0
      # - badblocks: {device: pmem0, expect: nothing}
      x.yaml:9:32: \`expect\` must be none or a list with at least 1 entry: [{page, file, sector, sectors} or {sector}, ...], not \`nothing\`
        expect: none, or exactly these pages and sectors
      # - filesystem: {mount: /mnt, expect: shutdown}
      x.yaml:9:31: \`expect\` must be one of working, \`shut down\`, not \`shutdown\`, did you mean \`shut down\`?
        expect: Whether reading its root directory succeeds, or returns EIO
      # - data: {file: /mnt/data, is: as it was}
      x.yaml:9:29: unknown key \`is\`
        known here: file, except
      # - kill: [mappers, other]
      x.yaml:9:5: this scenario has no group of processes \`other\`
        processes: mappers
      # - kill: 3
      x.yaml:9:5: \`kill\` must be text, a list with at least 1 entry: [NAME, ...] or a block with keys such as processes, signal, not 3
        kill: A group of processes, or a list of groups
      # - run: {cmd: ls}
      x.yaml:9:11: unknown key \`cmd\`
        known here: command, exit, output
      # - log: {}
      x.yaml:9:5: \`log\`: needs \`expect\`, \`absent\` or both
      # - log: {expect: "("}
      x.yaml:9:11: \`expect\`: not a regular expression: missing closing ): \`(\`
        expect: Regular expression (RE2) that at least one line must match
      # - log: {expect: ".*"}
      x.yaml:9:11: \`expect\`: a regular expression that matches everything
        expect: Regular expression (RE2) that at least one line must match
      # - run: {command: ls, output: "(abc"}
      x.yaml:9:24: \`output\`: not a regular expression: missing closing ): \`(abc\`
        output: Regular expression (RE2) that a line of its output (stdout or stderr) must match; ^$ for no output
      # - reboot: warm
      x.yaml:9:5: \`reboot\` has no arguments; write \`- reboot\`
      # - reboot: /     deadline: soon
      x.yaml:10:5: \`deadline\` must be a duration such as 500ms, 10s or 2m, not \`soon\`
        deadline: Time limit under KVM; multiplied by the measured slowdown of the guest
      # - poison: {route: madvise, page: 1, file: /mnt/data}
      x.yaml:9:5: \`processes\` is missing
        processes: Group whose first process acts"
    `));
  it('and nothing when all is right', () => expect(told(right)).toBe('right'));
});

it('names the poison route that was meant', () => {
  const text = told(changed(step, '- poison: {route: badblock, page: 1, file: /mnt/data}'));
  expect(text).toMatch(/^x\.yaml:9:14: `route` must be .*badblocks.*, not `badblock`, did you mean `badblocks`\?/);
});

describe('reports all mistakes of a file together', () => {
  const lines = (text: string): string[] =>
    told(text)
      .split('\n')
      .filter((line) => line.startsWith('x.yaml'));

  it('in its keys, wherever they are', () => {
    const wrong = right
      .replace('title:', 'titel:')
      .replace('mode: fsdax', 'mod: fsdax')
      .replace('code: BUS_MCEERR_AO', 'cod: BUS_MCEERR_AO')
      .replace('- xfs:', '- xsf:');
    expect(lines(wrong)).toMatchInlineSnapshot(`
      [
        "x.yaml:1:1: unknown key \`titel\`, did you mean \`title\`?",
        "x.yaml:4:30: unknown key \`mod\`, did you mean \`mode\`?",
        "x.yaml:5:5: unknown layer \`xsf\`, did you mean \`xfs\`?",
        "x.yaml:10:35: unknown key \`cod\`, did you mean \`code\`?",
      ]
    `);
  });

  it('then in the names that it uses', () => {
    const wrong = right.replaceAll('processes: mappers', 'processes: maper').replace(step, '- unbind: pmem7');
    expect(lines(wrong)).toMatchInlineSnapshot(`
      [
        "x.yaml:9:5: this scenario has no device \`pmem7\`, did you mean \`pmem0\`?",
        "x.yaml:10:5: this scenario has no group of processes \`maper\`, did you mean \`mappers\`?",
      ]
    `);
  });
});

it('never shows a person the words of its parts', () => {
  const all = Object.values(mistakes)
    .flat()
    .map(([part, by]) => told(changed(part, by)));
  expect(all.filter((text) => /Invalid input|expected \w+, received|undefined|\[object/.test(text))).toEqual([]);
  expect(all.filter((text) => !/^x\.yaml(:\d+:\d+: .| is empty)/.test(text))).toEqual([]);
});

it('fills in what a scenario does not say', () => {
  const { spec, machine, steps: loaded, known } = parseScenario(right.replace('machine: one-nvdimm\n', ''), 'x.yaml');
  expect(machine.name).toBe('one-nvdimm');
  expect(spec.processes.mappers).toMatchObject({
    count: 3,
    mode: 'shared',
    protection: 'write',
    'early-kill': false,
    page: 0,
  });
  const [unbind, signals] = loaded;
  expect(unbind).toMatchObject({ deadlineMs: 5000, kernels: undefined });
  expect(signals?.kind.deadlineMs).toBeDefined();
  expect(signals?.deadlineMs).toBe(signals?.kind.deadlineMs);
  expect(known).toEqual([]);
});

it('takes the deadline and the kernels of a step', () => {
  const { steps: loaded } = parseScenario(changed(step, `${step}\n    deadline: 1.5m\n    kernels: ">=6.6"`), 'x.yaml');
  expect(loaded[0]).toMatchObject({ deadlineMs: 90_000, kernels: '>=6.6' });
});

it('lets one step use what an earlier layer or file gave a name', () => {
  const more = `files: {/mnt/cold: {pages: 4}}\nsteps:\n  - read: {file: /mnt/cold, page: 0}\n  - unmount: /mnt\n  - fsck: pmem0\n`;
  expect(told(changed(steps, more))).toBe('right');
});

/** Whether an action says what should come of it. */
function statesResult(args: unknown): boolean {
  const { output, exit, returns } = (args ?? {}) as { output?: unknown; exit?: unknown; returns?: unknown };
  return output !== undefined || returns !== undefined || (typeof exit === 'number' && exit !== 0);
}

describe('the scenarios that ship', () => {
  it('are there', () =>
    expect(scenarioNames()).toEqual(expect.arrayContaining(['remove/shared-mappers', 'recover/dm-stripe'])));

  it.each(scenarioNames())('%s loads, and can be planned for kernels old and new', (name) => {
    const [scenario] = findScenarios([name]);
    if (scenario === undefined) throw new Error('not found');
    expect(scenario.name).toBe(name);
    expect(scenario.spec.tags.length).toBeGreaterThan(0);
    for (const version of ['5.10.250', '6.1.170', '6.12.107', '7.2.12']) {
      const { stack, stages, steps: planned } = planGuest(scenario, version);
      expect(stack.devices.size + stack.mounts.size).toBeGreaterThan(0);
      expect([...new Set(stages.map(({ title }) => title))]).toEqual(['stack', 'processes']);
      // What runs on a kernel must expect something of it, or a pass would mean nothing: a step that says what its command prints or how it
      // ends is enough. A suite has its tests from a checkout.
      const expects = planned.some(({ kind, args }) => !kind.acts || statesResult(args));
      expect(scenario.suite !== undefined || expects).toBe(true);
    }
  });

  it.each(scenarioNames())('%s is one sentence for its title, with no full stop', (name) => {
    expect(findScenarios([name])[0]?.spec.title).toMatch(/^(?:[A-Z]|dm-|memory_failure\(\)|badblocks ).*[^.]$/);
  });
});

describe('finding scenarios', () => {
  const names = (words: string[]): string[] => findScenarios(words).map(({ name }) => name);

  it('by name, by folder, by what they cover; all when nothing is said', () => {
    expect(names(['remove/shared-mappers'])).toEqual(['remove/shared-mappers']);
    expect(names(['recover'])).toEqual(names(['recover/']));
    expect(names(['recover']).every((name) => name.startsWith('recover/'))).toBe(true);
    expect(names(['recovery-write']).length).toBeGreaterThan(1);
    expect(names([])).toEqual(scenarioNames());
  });

  it('each once, however often it is named', () => {
    expect(names(['remove', 'remove/shared-mappers', 'scenarios/remove/shared-mappers.yaml'])).toEqual(
      names(['remove']),
    );
  });

  it('in files of the user’s, named as they were given', () => {
    const file = path.join(temporaryFolder(), 'mine.yaml');
    writeFileSync(file, right);
    expect(names([file])).toEqual([file]);
  });

  it('suggests a name, with or without its folder', () => {
    const complaint = (word: string): string => {
      try {
        return names([word]).join();
      } catch (error) {
        return renderError(error);
      }
    };
    expect(
      ['remove/shared-maper', 'shared-mapers', 'remov', 'covers-nothing', 'no/such.yaml'].map(complaint).join('\n'),
    ).toMatchInlineSnapshot(`
      "no scenario \`remove/shared-maper\`, did you mean \`remove/shared-mappers\`?
        select by name, folder, tag or file; npx hazmat scenario list shows them
      no scenario \`shared-mapers\`, did you mean \`shared-mappers\`?
        select by name, folder, tag or file; npx hazmat scenario list shows them
      no scenario \`remov\`, did you mean \`remove\`?
        select by name, folder, tag or file; npx hazmat scenario list shows them
      no scenario \`covers-nothing\`
        select by name, folder, tag or file; npx hazmat scenario list shows them
      no scenario \`no/such.yaml\`
        select by name, folder, tag or file; npx hazmat scenario list shows them"
    `);
  });

  it('says so when a file is not there or is a folder', () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'a.yaml'));
    expect(() => loadScenario(path.join(folder, 'no.yaml'))).toThrow(/^there is no file .*no\.yaml$/);
    expect(() => loadScenario(path.join(folder, 'a.yaml'))).toThrow(/^cannot read .*a\.yaml: EISDIR/);
  });
});
