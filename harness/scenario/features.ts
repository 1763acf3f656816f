// SPDX-License-Identifier: GPL-2.0-only
// kernels/features.yaml: what a kernel, or the QEMU that runs it, must have for some scenarios, and which of it is missing.

import path from 'node:path';
import { z } from 'zod';
import { UsageError } from '../host/errors.ts';
import { projectRoot } from '../host/places.ts';
import { checkYaml } from '../host/yaml/check.ts';
import { closest } from '../host/yaml/closest.ts';
import { parseYaml, readYaml, type YamlFile } from '../host/yaml/yaml.ts';
import type { Machine } from '../machine/machine.ts';
import type { LayerKind } from '../storage/layer.ts';
import { inRange, rangeSchema } from '../verdict/kernel-range.ts';

const featureSchema = z.strictObject({
  kernels: rangeSchema().optional().describe('Range of kernels that have it, such as ">=6.0"'),
  qemu: rangeSchema().optional().describe('Range of QEMUs that have it, such as ">=11.1"'),
  because: z
    .string()
    .regex(/[\w./-]+\.[ch]:\w+/, 'a sentence that names its source as FILE:FUNCTION')
    .describe('Why other kernels do not have it, as one sentence with its source'),
  source: z
    .strictObject({ file: z.string().regex(/^[\w./-]+\.[ch]$/), text: z.string().min(1) })
    .optional()
    .describe(
      'A text in a file of the source of kernels that have it: an older kernel with a series that adds it has it, too',
    ),
});

export interface Feature extends z.infer<typeof featureSchema> {
  name: string;
  kernels: string;
  qemu: string;
}

/** Of a machine with CXL devices. */
const cxlFeature = 'cxl-memory';

/** Features by name, in the order of the file. */
export type Features = ReadonlyMap<string, Feature>;

/** What is known of a kernel when it is decided which features it has. */
export interface KernelFacts {
  /** The upstream version, such as 6.12.107 or 7.3-rc7. */
  version: string;
  /** Names of features that it has whatever its version is: the user says so, or its source shows it. */
  has?: ReadonlySet<string>;
  /** The version of the QEMU that runs it; undefined: any. */
  qemuVersion?: string | undefined;
}

/** The features that a kernel lacks, in the order in which they are needed. Pure: everything about the kernel is in its facts. */
export function missingFeatures(needed: readonly Feature[], kernel: KernelFacts): Feature[] {
  const { version, qemuVersion, has } = kernel;
  return needed.filter(
    ({ name, kernels, qemu }) =>
      has?.has(name) !== true &&
      !(inRange(version, kernels) && (qemuVersion === undefined || inRange(qemuVersion, qemu))),
  );
}

/** Whether the source of a kernel has a text in a file. */
export type AskSource = (file: string, text: string) => Promise<boolean>;

/**
 * Features that a kernel has although its version says otherwise.
 * @param needed those that matter
 * @param ask of a kernel that was built from a source; undefined: only what is assumed counts
 */
export async function featuresBeyondVersion(
  needed: readonly Feature[],
  { version }: KernelFacts,
  assumed: readonly string[],
  ask: AskSource | undefined,
): Promise<Set<string>> {
  const has = new Set(assumed);
  for (const { name, source } of missingFeatures(needed, { version, has })) {
    if (source !== undefined && (await ask?.(source.file, source.text)) === true) has.add(name);
  }
  return has;
}

/** @throws UsageError for a name that is not in kernels/features.yaml */
export function checkFeatureNames(names: readonly string[], features: Features = loadFeatures()): void {
  const known = [...features.keys()];
  const wrong = names.find((name) => !features.has(name));
  if (wrong === undefined) return;
  const meant = closest(wrong, known);
  throw new UsageError(`unknown feature \`${wrong}\`${meant === undefined ? '' : `, did you mean \`${meant}\`?`}`, {
    hint: `features (kernels/features.yaml): ${known.join(', ')}`,
  });
}

/** Why a kernel that lacks these features is skipped; undefined when it lacks none. */
export function missingReason(missing: readonly Feature[]): string | undefined {
  if (missing.length === 0) return undefined;
  return missing.map(({ name, because }) => `needs ${name}: ${because}`).join('; ');
}

/**
 * The features that a scenario names in `needs`.
 * @throws UsageError for a name that is not in kernels/features.yaml.
 */
export function checkNeeds(yaml: YamlFile, needs: readonly string[], features: Features): Feature[] {
  const names = [...features.keys()];
  return needs.map((name, index) => {
    const feature = features.get(name);
    if (feature !== undefined) return feature;
    const meant = closest(name, names);
    throw new UsageError(`unknown feature \`${name}\`${meant === undefined ? '' : `, did you mean \`${meant}\`?`}`, {
      at: yaml.at(['needs', index]),
      hint: `features (kernels/features.yaml): ${names.join(', ')}`,
    });
  });
}

/**
 * The features that every scenario with this machine and these layers needs, whatever its `needs` says.
 * @throws Error when kernels/features.yaml has one of them no more
 */
export function featuresOfGuest(
  { cxl }: Pick<Machine, 'cxl'>,
  layers: readonly { kind: Pick<LayerKind<unknown>, 'features'>; spec: unknown }[],
  features: Features,
): Feature[] {
  const names = [
    ...(cxl === undefined ? [] : [cxlFeature]),
    ...layers.flatMap(({ kind, spec }) => kind.features?.(spec) ?? []),
  ];
  return names.map((name) => {
    const feature = features.get(name);
    if (feature === undefined) throw new Error(`kernels/features.yaml has no ${name}`);
    return feature;
  });
}

const oldForm = z.looseObject({ needs: z.record(z.string(), z.unknown()) });

/** @throws UsageError for a scenario that still says `needs: {kernels, because}`. */
export function refuseOldNeeds(yaml: YamlFile): void {
  if (!oldForm.safeParse(yaml.value).success) return;
  throw new UsageError('`needs` is a list of features now, such as `needs: [pre-remove]`, not a range of kernels', {
    at: yaml.at(['needs']),
    hint: 'kernels/features.yaml has the range of each feature and the reason; add a feature there if none fits',
  });
}

/** Checks the text of a features file. @throws UsageError with file, line and column. @internal for tests */
export function parseFeatures(text: string, name: string): Features {
  return checkFeatures(parseYaml(text, name));
}

function checkFeatures(yaml: YamlFile): Features {
  const ofSomething = featureSchema.refine(
    ({ kernels, qemu }) => kernels !== undefined || qemu !== undefined,
    'must have `kernels` or `qemu`: which kernels, or which QEMUs, have it',
  );
  const schema = z.record(z.string().regex(/^[a-z][a-z0-9-]*$/, 'a name such as pre-remove'), ofSomething);
  const features = checkYaml(yaml, schema);
  return new Map(
    Object.entries(features).map(([name, feature]) => [
      name,
      { ...feature, name, kernels: feature.kernels ?? '*', qemu: feature.qemu ?? '*' },
    ]),
  );
}

let loaded: Features | undefined;

/** The features of kernels/features.yaml, read once. @throws UsageError when the file is wrong. */
export function loadFeatures(): Features {
  const file = path.join(projectRoot, 'kernels/features.yaml');
  loaded ??= checkFeatures(readYaml(file, path.relative(process.cwd(), file)));
  return loaded;
}
