// SPDX-License-Identifier: GPL-2.0-only
// Files and processes that begin in the middle of a scenario: the steps create and start make them. Whether each is there when a step
// uses it is checked when the scenario is loaded.

import { UsageError } from '../host/errors.ts';
import type { YamlFile } from '../host/yaml/yaml.ts';
import type { LoadedStep } from './check-step.ts';
import type { Later } from './layout.ts';
import type { ScenarioSpec } from './schema.ts';

/** The files and the groups that steps make and start. */
export function laterOf(steps: readonly LoadedStep[]): Later {
  return new Set(steps.flatMap(({ kind, args }) => kind.makes?.(args) ?? []));
}

/** @throws UsageError for a step that uses what a later step makes, and for what would be there before something that it is made from */
export function checkLater(
  yaml: YamlFile,
  steps: readonly LoadedStep[],
  { files, processes }: Pick<ScenarioSpec, 'files' | 'processes'>,
): void {
  const later = laterOf(steps);
  const order = [...steps.entries()].flatMap(([index, { kind, args }]) =>
    (kind.makes?.(args) ?? []).map((name) => ({ name, index })),
  );
  const madeBy = (name: string): number =>
    later.has(name) ? (order.find((one) => one.name === name)?.index ?? 0) : -1;
  for (const [index, { kind, args }] of steps.entries()) {
    const made = kind.makes?.(args) ?? [];
    const used = kind.names?.(args) ?? {};
    const early = [...(used.files ?? []), ...(used.processes ?? [])].find(
      (name) => !made.includes(name) && madeBy(name) > index,
    );
    if (early !== undefined)
      throw notYet(early, early.startsWith('/') ? 'create' : 'start', yaml.at(['steps', index, kind.key]));
  }
  for (const [file, { clone, interleave }] of Object.entries(files)) {
    if (interleave !== undefined && (later.has(file) || later.has(interleave))) {
      throw new UsageError('files that are interleaved are written together, not by a step `create`', {
        at: yaml.at(['files', file, 'interleave']),
      });
    }
    if (clone !== undefined && madeBy(clone) > madeBy(file))
      throw notYet(clone, 'create', yaml.at(['files', file, 'clone']));
  }
  for (const [group, { file, parent }] of Object.entries(processes)) {
    if (file !== undefined && madeBy(file) > madeBy(group))
      throw notYet(file, 'create', yaml.at(['processes', group, 'file']));
    if (parent !== undefined && madeBy(parent) > madeBy(group))
      throw notYet(parent, 'start', yaml.at(['processes', group, 'parent']));
  }
}

function notYet(name: string, step: string, at: string): UsageError {
  return new UsageError(`${name} is not there yet: a later step has \`${step}: ${name}\``, {
    at,
    hint: 'Move that step before this one, or leave it out: then it is there from the beginning.',
  });
}
