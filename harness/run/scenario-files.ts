// SPDX-License-Identifier: GPL-2.0-only
// Scenarios as they are now, for reports of runs that were made with them.

import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { HazmatError } from '../host/errors.ts';
import type { ScenarioFile } from '../report/html/scenario-source.ts';
import { findScenarios, scenarioNames } from '../scenario/load.ts';
import { planCells, stepsFor } from '../scenario/plan.ts';

/** The scenario that a run names: one that ships, or a file. Undefined when it is gone or no longer a scenario. */
export function scenarioFile(name: string): ScenarioFile | undefined {
  const shipped = scenarioNames().includes(name);
  if (!shipped && !existsSync(name)) return undefined;
  try {
    const [scenario, ...more] = findScenarios([name]);
    if (scenario === undefined || more.length > 0) return undefined;
    return {
      file: shipped ? `scenarios/${name}.yaml` : path.resolve(scenario.file),
      text: readFileSync(scenario.file, 'utf8'),
      tags: scenario.spec.tags,
      content: planCells([scenario], ['any'], 1)[0]?.content,
      stepsOn: (version) => {
        const ran = new Set(stepsFor(scenario, version));
        return scenario.steps.flatMap((step, index) => (ran.has(step) ? [index] : []));
      },
    };
  } catch (error) {
    if (error instanceof HazmatError) return undefined;
    throw error;
  }
}
