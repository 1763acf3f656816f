// SPDX-License-Identifier: GPL-2.0-only
// Names of runs and cells on disk.

import path from 'node:path';
import { contentKey } from '../host/key.ts';
import type { PlannedCell } from './events.ts';

/** Local time as the start of a folder name, sortable and without colons: `2026-11-20T10-15-02`. */
export function folderTime(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  const day = [String(date.getFullYear()), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day}T${[date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join('-')}`;
}

/** Any text as one file name that needs no quoting in a shell. Text that had to change gets a short key: no two clash. */
export function fileNameOf(text: string): string {
  const plain = text.replaceAll(/[^\w.+=-]+/g, '-').replace(/^[.-]+/, '');
  if (plain === text && plain.length <= 80) return plain;
  return `${plain.slice(0, 60)}~${contentKey(text).slice(0, 6)}`;
}

/**
 * Folder of a cell, relative to the run's: `debian-6.12/remove/shared-mappers`, and with repetitions
 * `debian-6.12/remove/shared-mappers/07`.
 */
export function cellFolderName(cell: Pick<PlannedCell, 'scenario' | 'kernel' | 'repeat' | 'repeats'>): string {
  const kernel = fileNameOf(cell.kernel.replace(/^(\w+):(?=[\w.+=-]+$)/, '$1-'));
  const scenario = cell.scenario.split('/').filter(Boolean).map(fileNameOf);
  const digits = String(cell.repeats).length;
  const repeat = cell.repeats > 1 ? [String(cell.repeat).padStart(digits, '0')] : [];
  return path.posix.join(kernel, ...scenario, ...repeat);
}
