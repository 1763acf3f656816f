// SPDX-License-Identifier: GPL-2.0-only
// The kernels of a matrix, each with each of its parameters.

import { HazmatError, UsageError } from '../../host/errors.ts';
import { closest } from '../../host/yaml/closest.ts';
import type { YamlFile } from '../../host/yaml/yaml.ts';
import { catalogLines, loadCatalog } from '../../kernel/catalog.ts';
import { parseKernelSpec, withSeries } from '../../kernel/spec.ts';
import { checkQemuWord } from '../../machine/qemu-program.ts';
import { checkKernel } from '../check-kernel.ts';
import { plainVariant, type Variant } from '../variants.ts';
import type { MatrixSpec } from './schema.ts';

/** A kernel with a parameter, and the names by which `kernels` and `parameters` of the file mean it. */
export interface Column {
  variant: Variant;
  kernel: string;
  parameter: string | undefined;
  repeat: number;
}

/** All of them, kernel by kernel. @throws UsageError with the place of a kernel that does not exist or has no name of its own */
export function matrixColumns(yaml: YamlFile, spec: MatrixSpec): Column[] {
  const columns: Column[] = [];
  spec.parameters?.forEach(({ qemu }, index) => {
    if (qemu !== undefined) checkAt(yaml.at(['parameters', index, 'qemu']), () => checkQemuWord(qemu));
  });
  spec.kernels.forEach((entry, index) => {
    const at = ['kernels', index];
    const { kernel, variant } = variantOf(yaml, entry, at);
    if (columns.some((column) => column.kernel === kernel)) {
      throw new UsageError(`two kernels of the matrix are called \`${kernel}\``, {
        at: yaml.at(at),
        hint: 'Give one of them another `name`.',
      });
    }
    for (const parameter of spec.parameters ?? [undefined]) {
      const words = [variant.append, parameter?.append ?? ''].filter((one) => one !== '');
      columns.push({
        variant: {
          ...variant,
          name: parameter === undefined ? kernel : `${kernel} [${parameter.name}]`,
          append: words.join(' '),
          ...(parameter?.qemu === undefined ? {} : { qemu: parameter.qemu }),
        },
        kernel,
        parameter: parameter?.name,
        repeat: parameter?.repeat ?? spec.repeat,
      });
    }
  });
  return columns;
}

function variantOf(
  yaml: YamlFile,
  entry: MatrixSpec['kernels'][number],
  at: (string | number)[],
): { kernel: string; variant: Variant } {
  if (typeof entry === 'string') {
    checkAt(yaml.at(at), () => checkKernel(entry));
    return { kernel: entry, variant: plainVariant(entry) };
  }
  const { kernel, series, config = [], append, qemu, name, 'config-from': configFrom } = entry;
  const spec = series === undefined ? kernel : withSeries(kernel, series);
  checkAt(yaml.at([...at, 'kernel']), () => checkKernel(spec));
  if (qemu !== undefined) checkAt(yaml.at([...at, 'qemu']), () => checkQemuWord(qemu));
  const isBuilt = parseKernelSpec(spec, catalogLines(loadCatalog())).kind === 'built';
  if (config.length > 0 && !isBuilt) {
    throw new UsageError(`${spec} is not built whole: its configuration cannot be changed`, {
      at: yaml.at([...at, 'config']),
      hint: 'source:VERSION is the source of a stock kernel, built.',
    });
  }
  const options = {
    config,
    ...(configFrom === undefined ? {} : { configFrom }),
    ...(append === undefined ? {} : { append }),
    ...(qemu === undefined ? {} : { qemu }),
  };
  const fragments = config.length === 0 ? '' : ` (${config.join(' ')})`;
  return { kernel: name ?? `${spec}${fragments}`, variant: plainVariant(spec, options) };
}

/** The columns that an entry of `include` or `exclude` means. @throws UsageError with the place of a name that is not in the matrix */
export function chooseColumns(
  yaml: YamlFile,
  columns: readonly Column[],
  entry: { kernels?: string[] | undefined; parameters?: string[] | undefined },
  at: readonly (string | number)[],
): Column[] {
  for (const key of ['kernels', 'parameters'] as const) {
    const names = [...new Set(columns.map((column) => (key === 'kernels' ? column.kernel : (column.parameter ?? ''))))];
    entry[key]?.forEach((word, index) => {
      if (names.includes(word)) return;
      const meant = closest(word, names);
      throw new UsageError(
        `\`${word}\` is not one of the ${key} of this matrix${meant === undefined ? '' : `, did you mean \`${meant}\`?`}`,
        { at: yaml.at([...at, key, index]), hint: `${key}: ${names.filter(Boolean).join(', ') || 'none'}` },
      );
    });
  }
  return columns.filter(
    ({ kernel, parameter }) =>
      (entry.kernels?.includes(kernel) ?? true) && (entry.parameters?.includes(parameter ?? '') ?? true),
  );
}

/** Does something that knows no place in the file. @throws UsageError with the place */
export function checkAt<T>(at: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof HazmatError) || error.at !== undefined) throw error;
    throw new UsageError(error.message, { at, hint: error.hint, cause: error });
  }
}
