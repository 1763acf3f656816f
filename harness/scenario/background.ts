// SPDX-License-Identifier: GPL-2.0-only
// Steps that run while others do: each is joined once, later. What the step `join` stands for is known when the scenario is loaded.

import { UsageError } from '../host/errors.ts';
import { Mistakes } from '../host/mistakes.ts';
import { closest } from '../host/yaml/closest.ts';
import type { YamlFile } from '../host/yaml/yaml.ts';
import type { LoadedStep } from './check-step.ts';
import { join } from './steps/join.ts';

/**
 * The steps, in which each `join` has the deadline of what it waits for, and is an action if that is one.
 * @throws UsageError, UsageErrors for a step that is not joined, or a join without its step
 */
export function resolveJoins(yaml: YamlFile, steps: readonly LoadedStep[]): LoadedStep[] {
  const mistakes = new Mistakes();
  const running = new Map<string, { begun: LoadedStep; index: number }>();
  const resolved = steps.map((step, index) => {
    const at = yaml.at(['steps', index]);
    const { background: name } = step;
    if (name !== undefined) {
      mistakes.collect(() => {
        checkBegun(step, running, at);
      });
      running.set(name, { begun: step, index });
    }
    if (step.kind.key !== join.key) return step;
    return mistakes.collect(() => resolveJoin(step, running, at)) ?? step;
  });
  for (const [name, { index }] of running) {
    mistakes.collect(() => {
      throw new UsageError(`what runs in the background as \`${name}\` is not joined`, {
        at: yaml.at(['steps', index]),
        hint: `Add a step \`join: ${name}\`, after those that run meanwhile.`,
      });
    });
  }
  mistakes.throwIfAny();
  return resolved;
}

function checkBegun(step: LoadedStep, running: ReadonlyMap<string, unknown>, at: string): void {
  const name = step.background ?? '';
  if (running.has(name)) throw new UsageError(`something runs in the background as \`${name}\` already`, { at });
  if (step.kind.key === join.key || step.kind.key === 'reboot')
    throw new UsageError(`\`${step.kind.key}\` cannot run in the background`, { at });
}

function resolveJoin(
  step: LoadedStep,
  running: Map<string, { begun: LoadedStep; index: number }>,
  at: string,
): LoadedStep {
  const name = String(step.args);
  const { begun } = running.get(name) ?? {};
  if (begun === undefined) {
    const names = [...running.keys()];
    const meant = closest(name, names);
    throw new UsageError(
      `nothing runs in the background as \`${name}\`${meant === undefined ? '' : `, did you mean \`${meant}\`?`}`,
      { at, hint: `in the background here: ${names.join(', ') || 'nothing'}` },
    );
  }
  running.delete(name);
  if (begun.kernels !== step.kernels)
    throw new UsageError(`\`join: ${name}\` must have the same \`kernels\` as the step that it waits for`, { at });
  const deadlineMs = step.deadlineMs + begun.deadlineMs + Math.max(0, ...(begun.delaysMs ?? []));
  return { ...step, deadlineMs, kind: { ...step.kind, acts: begun.kind.acts } };
}
