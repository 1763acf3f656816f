// SPDX-License-Identifier: GPL-2.0-only
// Which scenarios a change can reach.

import { expect, it } from 'vitest';
import type { MappedScenario } from '../../../harness/run/touching/coverage-map.ts';
import { listed, selectScenarios } from '../../../harness/run/touching/select.ts';

const mapped = (steps: string[], setup: string[] = [], boot: string[] = []): MappedScenario => ({
  content: 'key',
  run: 'r',
  boot: new Set(boot),
  setup: new Set(setup),
  steps: new Set(steps),
});

const map = {
  scenarios: new Map([
    ['remove/a', mapped(['dax_lock'])],
    ['remove/b', mapped([], ['dax_lock'])],
    ['remove/c', mapped([], [], ['dax_lock'])],
    ['remove/d', mapped(['dax_unlock'])],
  ]),
};

const all = new Map(['a', 'b', 'c', 'd'].map((name) => [`remove/${name}`, 'key']));

const chosen = (scenarios: ReadonlyMap<string, string | undefined>, names: string[], open: string[] = []) =>
  [...selectScenarios(scenarios, { names, open }, map)].map(([scenario, { selected, why }]) => [
    scenario,
    selected,
    why,
  ]);

it('what is executed in the steps, while it is set up or at boot selects a scenario', () => {
  expect(chosen(all, ['dax_lock'])).toEqual([
    ['remove/a', true, 'executes dax_lock() in its steps'],
    ['remove/b', true, 'executes dax_lock() while it is set up'],
    ['remove/c', true, 'executes dax_lock() at boot'],
    ['remove/d', false, 'executes none of dax_lock()'],
  ]);
});

it('a scenario that the map does not have, or has as it was, is selected', () => {
  const scenarios = new Map([
    ['remove/d', 'another'],
    ['remove/e', 'key'],
    ['remove/a', undefined],
  ]);
  expect(chosen(scenarios, ['nowhere'])).toEqual([
    ['remove/d', true, 'it has changed since the map was made'],
    ['remove/e', true, 'the map does not have it'],
    ['remove/a', true, 'it has changed since the map was made'],
  ]);
});

it('what is not known selects everything', () => {
  expect(chosen(all, ['dax_unlock'], ['include/linux/dax.h is a header']).map(([, selected]) => selected)).toEqual(
    Array(4).fill(true),
  );
});

it('lists a few functions', () => {
  expect(listed(['a', 'b'])).toBe('a(), b()');
  expect(listed(['a', 'b', 'c', 'd', 'e'])).toBe('a(), b(), c() and 2 more');
});
