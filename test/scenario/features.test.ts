// SPDX-License-Identifier: GPL-2.0-only
// cspell:ignore becuase deadlin
import { describe, expect, it } from 'vitest';
import { renderError, UsageError } from '../../harness/host/errors.ts';
import {
  checkFeatureNames,
  featuresBeyondVersion,
  loadFeatures,
  missingFeatures,
  missingReason,
  parseFeatures,
  type Feature,
} from '../../harness/scenario/features.ts';
import { findScenarios, parseScenario } from '../../harness/scenario/load.ts';
import { changed, told } from './shown.ts';

const file = `old: {kernels: ">=5.19", because: "not before 5.19 (mm/a.c:f)"}
new: {kernels: ">=6.8", because: "not before 6.8 (mm/b.c:g)"}
`;
const features = [...parseFeatures(file, 'features.yaml').values()];
const names = (missing: readonly Feature[]): string[] => missing.map(({ name }) => name);

describe('features that a kernel has although its version says otherwise', () => {
  const withSource = features.map((one) => ({ ...one, source: { file: `mm/${one.name}.c`, text: one.name } }));
  const beyond = async (version: string, assumed: string[], ...sources: string[]): Promise<string[]> => {
    const ask = (file: string, text: string): Promise<boolean> => Promise.resolve(sources.includes(`${file} ${text}`));
    return [...(await featuresBeyondVersion(withSource, { version }, assumed, ask))];
  };

  it('are those that its source shows, and those that are assumed', async () => {
    expect(await beyond('6.1.192', [], 'mm/new.c new')).toEqual(['new']);
    expect(await beyond('6.1.192', ['new'])).toEqual(['new']);
    expect(await beyond('6.1.192', [])).toEqual([]);
    expect(await featuresBeyondVersion(withSource, { version: '6.1.192' }, [], undefined)).toEqual(new Set());
  });

  it('are not looked for where the version says so: a series that breaks a feature must not be skipped', async () => {
    const asked: string[] = [];
    const ask = (file: string): Promise<boolean> => Promise.resolve(asked.push(file) > 99);
    await featuresBeyondVersion(withSource, { version: '7.2' }, [], ask);
    expect(asked).toEqual([]);
  });

  it('are no longer missing', () => {
    expect(names(missingFeatures(features, { version: '6.1.192', has: new Set(['new']) }))).toEqual([]);
  });

  it('are named as in kernels/features.yaml', () => {
    expect(() => checkFeatureNames(['pre-remove'])).not.toThrow();
    expect(() => checkFeatureNames(['pre-remov'])).toThrow('unknown feature `pre-remov`, did you mean `pre-remove`?');
  });
});

describe('the features that a kernel lacks', () => {
  it.each([
    ['5.10.262', ['old', 'new']],
    ['6.1.192', ['new']],
    ['6.8.0', []],
    ['7.3-rc7', []],
    ['bzImage', ['old', 'new']],
  ])('on %s: %j', (version, missing) => {
    expect(names(missingFeatures(features, { version }))).toEqual(missing);
  });

  it('are looked for among those that are needed, in their order', () => {
    expect(missingFeatures([], { version: '5.10' })).toEqual([]);
    expect(names(missingFeatures(features.toReversed(), { version: '5.10' }))).toEqual(['new', 'old']);
  });

  it('are the reason of a skip, by name', () => {
    expect(missingReason([])).toBeUndefined();
    expect(missingReason(features)).toBe('needs old: not before 5.19 (mm/a.c:f); needs new: not before 6.8 (mm/b.c:g)');
  });
});

describe('kernels/features.yaml', () => {
  it('has every feature that a scenario needs, and no other', () => {
    const needed = new Set(findScenarios([]).flatMap((scenario) => names(scenario.features)));
    expect([...loadFeatures().keys()].toSorted()).toEqual([...needed].toSorted());
  });

  it('gives each reason once', () => {
    const reasons = [...loadFeatures().values()].map(({ because }) => because);
    expect(new Set(reasons).size).toBe(reasons.length);
  });
});

it('says what is wrong with the file, and where', () => {
  const wrong = [
    'Pre_Remove: {kernels: ">=6.8", because: "not before (mm/a.c:f)"}',
    'pre-remove: {kernels: ">=six", because: "not before (mm/a.c:f)"}',
    'pre-remove: {because: "not before (mm/a.c:f)"}',
    'pre-remove: {kernels: ">=6.8"}',
    'pre-remove: {kernels: ">=6.8", because: nobody knows}',
    'pre-remove: {kernels: ">=6.8", becuase: "not before (mm/a.c:f)"}',
  ];
  const found = wrong.map((text) => {
    try {
      parseFeatures(text, 'features.yaml');
      return 'nothing';
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      return renderError(error);
    }
  });
  expect(found.join('\n')).toMatchInlineSnapshot(`
    "features.yaml:1:1: the key \`Pre_Remove\` must be a name such as pre-remove
    features.yaml:1:14: \`kernels\`: ">=six" in the kernel range ">=six" is not a version or a comparison with one. A range is one or more of X.Y, X.Y.Z, >=X.Y, >X.Y, <=X.Y, <X.Y (a space means and, || means or; also X.Y-rcN; * is every kernel), such as ">=6.14", ">=6.0 <6.8" or "7.2 || 7.3"; X.Y alone means any X.Y.Z.
      kernels: Range of kernels that have it, such as ">=6.0"
    features.yaml:1:1: \`pre-remove\`: must have \`kernels\` or \`qemu\`: which kernels, or which QEMUs, have it
    features.yaml:1:1: \`because\` is missing
      because: Why other kernels do not have it, as one sentence with its source
    features.yaml:1:32: \`because\` must be a sentence that names its source as FILE:FUNCTION, not \`nobody knows\`
      because: Why other kernels do not have it, as one sentence with its source
    features.yaml:1:32: unknown key \`becuase\`, did you mean \`because\`?
      known here: kernels, qemu, because, source"
  `);
});

it('says what is wrong with `needs`, and where', () => {
  const wrong = [
    'needs: [pre-remov]',
    'needs: [recovery-write, nothing-like-it]',
    'needs: pre-remove',
    'needs: [6.8]',
    'needs: {kernels: ">=6.8", because: old}',
    'needs:\n  kernels: ">=6.8"',
  ];
  expect(told(changed('steps:', 'needs: [pre-remove, recovery-write]\nsteps:'))).toBe('right');
  expect(wrong.map((needs) => told(changed('steps:', `${needs}\nsteps:`))).join('\n')).toMatchInlineSnapshot(`
    "x.yaml:8:9: unknown feature \`pre-remov\`, did you mean \`pre-remove\`?
      features (kernels/features.yaml): recovery-write, dax-holder, machine-check-length, xfs-dax-reflink, xfs-memory-failure, mark-dead, pre-remove, copy-machine-check, load-machine-check, cxl-memory, cxl-volatile-region, cxl-region-poison, auto-movable, writecache-statistics
    x.yaml:8:25: unknown feature \`nothing-like-it\`
      features (kernels/features.yaml): recovery-write, dax-holder, machine-check-length, xfs-dax-reflink, xfs-memory-failure, mark-dead, pre-remove, copy-machine-check, load-machine-check, cxl-memory, cxl-volatile-region, cxl-region-poison, auto-movable, writecache-statistics
    x.yaml:8:1: \`needs\` must be a list: [NAME, ...], not \`pre-remove\`
      needs: Features of kernels/features.yaml that a kernel must have, such as [pre-remove]; other kernels skip the scenario
    x.yaml:8:9: entry 1 of \`needs\` must be text, not 6.8; put it in quotes
    x.yaml:8:1: \`needs\` is a list of features now, such as \`needs: [pre-remove]\`, not a range of kernels
      kernels/features.yaml has the range of each feature and the reason; add a feature there if none fits
    x.yaml:8:1: \`needs\` is a list of features now, such as \`needs: [pre-remove]\`, not a range of kernels
      kernels/features.yaml has the range of each feature and the reason; add a feature there if none fits"
  `);
});

describe('a feature of QEMU', () => {
  const features = [
    ...parseFeatures(
      'copy:\n  qemu: "<10.0 || >=11.1"\n  because: not in QEMU 10 (target/i386/a.c:f)\n',
      'f.yaml',
    ).values(),
  ];

  it.each([
    ['7.2.22 (Debian 1:7.2+dfsg-7)', []],
    ['10.0.13 (Debian 1:10.0.13+ds-0+deb13u1)', ['copy']],
    ['11.0.2', ['copy']],
    ['11.1.3', []],
    [undefined, []],
  ])('on QEMU %s is missing: %j', (qemuVersion, missing) => {
    const found = missingFeatures(features, { version: '6.12.107', qemuVersion });
    expect(found.map(({ name }) => name)).toEqual(missing);
  });
});

it('are needed for a layer, whether the scenario names them or not', () => {
  const needed = (layer: string): string[] =>
    names(
      parseScenario(
        `
title: A filesystem
machine: one-nvdimm
stack:
  - namespace: {name: pmem0, mode: fsdax}
  - ${layer}
steps:
  - filesystem: {mount: /mnt, expect: working}
`,
        'x',
      ).features,
    );
  const xfs = (more: string): string => `xfs: {device: pmem0, mount: /mnt, ${more}}`;
  expect(needed(xfs('mkfs: {reflink: true, rmapbt: true}'))).toEqual(['xfs-dax-reflink']);
  expect(needed(xfs('mkfs: {reflink: false, rmapbt: true}'))).toEqual([]);
  expect(needed(xfs('mount-options: [dax=never], mkfs: {reflink: true, rmapbt: true}'))).toEqual([]);
  expect(needed('ext4: {device: pmem0, mount: /mnt}')).toEqual([]);
});
