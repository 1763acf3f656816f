// SPDX-License-Identifier: GPL-2.0-only
// What can be known of a kernel before anything is fetched.

import { existsSync } from 'node:fs';
import { UsageError } from '../host/errors.ts';
import { isImported } from '../kernel/carried.ts';
import { catalogLines, loadCatalog } from '../kernel/catalog.ts';
import { findSeries } from '../kernel/series/series-word.ts';
import { parseKernelSpec } from '../kernel/spec.ts';

/** @throws UsageError for a kernel that does not exist. Of one that was imported the source may be elsewhere. */
export function checkKernel(text: string): void {
  if (isImported(text)) return;
  const spec = parseKernelSpec(text, catalogLines(loadCatalog()));
  const files =
    spec.kind === 'image'
      ? [spec.image, ...(spec.modules === undefined ? [] : [spec.modules])]
      : spec.kind === 'debian' || spec.base.kind === 'source'
        ? []
        : [spec.base.kind === 'tarball' ? spec.base.file : spec.base.path];
  for (const file of files) if (!existsSync(file)) throw new UsageError(`${text}: ${file} does not exist`);
  if (spec.kind !== 'image' && spec.series !== undefined) for (const word of spec.series.words) findSeries(word);
}
