// SPDX-License-Identifier: GPL-2.0-only
// Names that the scenario language had before: each is an error that says the new one.
// cspell:disable

import { expect, it } from 'vitest';
import { changed, told } from './shown.ts';

const step = '- unbind: pmem0';

/** A part of the right scenario, and the old language in its place. */
const old: [string, string][] = [
  ['title:', 'about: old\ntitle:'],
  ['title:', 'covers: [unbind]\ntitle:'],
  ['xfs: {device: pmem0,', 'xfs: {on: pmem0,'],
  ['xfs: {device: pmem0,', 'dm-linear: {name: l, on: pmem0}\n  - xfs: {device: l,'],
  ['xfs: {device: pmem0,', 'dm-stripe: {name: s, on: [pmem0, pmem1]}\n  - xfs: {device: s,'],
  ['steps:', 'files: {/mnt/a: {clone-of: /mnt/b}}\nsteps:'],
  ['file: /mnt/data,', 'map: /mnt/data,'],
  ['pages: 16,', 'pages: 16, from: 2,'],
  [step, `${step}\n    within: 10s`],
  [step, '- read: {of: /mnt/data, page: 1}'],
  [step, '- read: {file: /mnt/data, page: 1, gives: EIO}'],
  [step, '- touch: {processes: mappers, gives: data}'],
  [step, '- touch: {by: mappers}'],
  [step, '- signals: {to: mappers, none: true}'],
  [step, '- signals: {processes: mappers, none: true}'],
  [step, '- mappings: {of: mappers, present: none}'],
  [step, '- badblocks: {of: pmem0, are: none}'],
  [step, '- badblocks: {device: pmem0, expect: [{page: 1, of: /mnt/data}]}'],
  [step, '- filesystem: {mount: /mnt, state: working}'],
  [step, '- data: {of: /mnt/data, is: as written}'],
  [step, '- log: {lacks: x}'],
  [step, '- run: {command: ls, prints: x}'],
  [step, '- poison: {route: badblocks, page: 1, of: /mnt/data}'],
  [step, '- poison: {route: hwpoison, what: log, at: /mnt}'],
  [step, '- poison: {route: ghes, page: 1, file: /mnt/data, via: nmi}'],
  [step, '- poison: {route: einj, page: 1, file: /mnt/data, mask: "0x0"}'],
  [step, '- heal: {route: consume, page: 1, file: /mnt/data}'],
  [step, '- fates: {file: /mnt/data, pages: 1, expect: recovered}'],
];

it('names the new key for an old one', () => {
  const report = old.map(
    ([part, by]) => `# ${by.trim().split('\n').join(' / ')}\n${told(changed(part, by)).split('\n')[0] ?? ''}`,
  );
  expect(report.join('\n')).toMatchInlineSnapshot(`
    "# about: old / title:
    x.yaml:1:1: unknown key \`about\`: it is \`description\` now
    # covers: [unbind] / title:
    x.yaml:1:1: unknown key \`covers\`: it is \`tags\` now
    # xfs: {on: pmem0,
    x.yaml:5:11: unknown key \`on\`: it is \`device\` now
    # dm-linear: {name: l, on: pmem0} /   - xfs: {device: l,
    x.yaml:5:26: unknown key \`on\`: it is \`device\` now
    # dm-stripe: {name: s, on: [pmem0, pmem1]} /   - xfs: {device: s,
    x.yaml:5:26: unknown key \`on\`: it is \`devices\` now
    # files: {/mnt/a: {clone-of: /mnt/b}} / steps:
    x.yaml:8:18: unknown key \`clone-of\`: it is \`clone\` now
    # map: /mnt/data,
    x.yaml:7:23: unknown key \`map\`: it is \`file\` now
    # pages: 16, from: 2,
    x.yaml:7:51: unknown key \`from\`: it is \`page\` now
    # - unbind: pmem0 /     within: 10s
    x.yaml:10:5: unknown key \`within\`: it is \`deadline\` now
    # - read: {of: /mnt/data, page: 1}
    x.yaml:9:12: unknown key \`of\`: it is \`file\` now
    # - read: {file: /mnt/data, page: 1, gives: EIO}
    x.yaml:9:38: unknown key \`gives\`: it is \`returns\` now
    # - touch: {processes: mappers, gives: data}
    x.yaml:9:33: unknown key \`gives\`: it is \`expect\` now
    # - touch: {by: mappers}
    x.yaml:9:13: unknown key \`by\`: it is \`processes\` now
    # - signals: {to: mappers, none: true}
    x.yaml:9:15: unknown key \`to\`: it is \`processes\` now
    # - signals: {processes: mappers, none: true}
    x.yaml:9:35: unknown key \`none\`: it is \`expect\` now
    # - mappings: {of: mappers, present: none}
    x.yaml:9:16: unknown key \`of\`: it is \`processes\` now
    # - badblocks: {of: pmem0, are: none}
    x.yaml:9:17: unknown key \`of\`: it is \`device\` now
    # - badblocks: {device: pmem0, expect: [{page: 1, of: /mnt/data}]}
    x.yaml:9:51: unknown key \`of\`: it is \`file\` now
    # - filesystem: {mount: /mnt, state: working}
    x.yaml:9:31: unknown key \`state\`: it is \`expect\` now
    # - data: {of: /mnt/data, is: as written}
    x.yaml:9:12: unknown key \`of\`: it is \`file\` now
    # - log: {lacks: x}
    x.yaml:9:11: unknown key \`lacks\`: it is \`absent\` now
    # - run: {command: ls, prints: x}
    x.yaml:9:24: unknown key \`prints\`: it is \`output\` now
    # - poison: {route: badblocks, page: 1, of: /mnt/data}
    x.yaml:9:41: unknown key \`of\`: it is \`file\` now
    # - poison: {route: hwpoison, what: log, at: /mnt}
    x.yaml:9:31: unknown key \`what\`: it is \`block\` now
    # - poison: {route: ghes, page: 1, file: /mnt/data, via: nmi}
    x.yaml:9:53: unknown key \`via\`: it is \`notification\` now
    # - poison: {route: einj, page: 1, file: /mnt/data, mask: "0x0"}
    x.yaml:9:53: unknown key \`mask\`: it is \`param2\` now
    # - heal: {route: consume, page: 1, file: /mnt/data}
    x.yaml:9:5: unknown step \`heal\`: it is \`unpoison\` now
    # - fates: {file: /mnt/data, pages: 1, expect: recovered}
    x.yaml:9:5: unknown step \`fates\`: it is \`outcomes\` now"
  `);
});
