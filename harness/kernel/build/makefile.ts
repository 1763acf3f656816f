// SPDX-License-Identifier: GPL-2.0-only
// Reads a kbuild Makefile far enough to say where an object of its folder ends: in a module, in the image, or nowhere
// (Documentation/kbuild/makefiles.rst). Conditionals are taken as true. Pure.

import type { Config } from '../dot-config.ts';

/** What becomes of an object: `off` when its option is not set, `unknown` when no rule names it. */
export type ObjectEnd = { kind: 'module'; name: string } | { kind: 'builtin' } | { kind: 'off' } | { kind: 'unknown' };

interface Rule {
  /** `obj`, or the composite that it makes up. */
  target: string;
  /** `y`, `m`, or an option without CONFIG_. */
  condition: string;
  objects: string[];
}

function parseRules(text: string): Rule[] {
  return text
    .replace(/\\\n/g, ' ')
    .split('\n')
    .flatMap((raw) => {
      const line = raw.replace(/#.*/, '');
      const match = /^\s*([\w.-]+?)-(y|m|objs|\$\(CONFIG_(\w+)\))\s*[:+]?=\s*(.*)$/.exec(line);
      if (match === null) return [];
      const [, target = '', kind = '', option, list = ''] = match;
      const expanded = list.replace(/\$\(addprefix\s+([^,\s]+)\s*,([^)]*)\)/g, (_all, prefix: string, names: string) =>
        names
          .trim()
          .split(/\s+/)
          .map((name) => prefix + name)
          .join(' '),
      );
      const objects = expanded.split(/\s+/).filter((word) => /^[\w./-]+\.o$/.test(word));
      return [{ target, condition: option ?? (kind === 'objs' ? 'y' : kind), objects }];
    });
}

/**
 * Where an object ends. In a module and in the image counts as in the image.
 * @param makefile text of the Makefile or Kbuild file
 * @param object `libxfs/xfs_rmap.o`, relative to the Makefile's folder
 */
export function objectEnd(makefile: string, config: Config, object: string): ObjectEnd {
  const rules = parseRules(makefile);
  const value = (condition: string): string | undefined =>
    condition === 'y' || condition === 'm' ? condition : config.get(condition);
  const follow = (wanted: string, seen: readonly string[]): ObjectEnd[] =>
    rules
      .filter(({ objects }) => objects.includes(wanted))
      .flatMap(({ target, condition }): ObjectEnd[] => {
        const set = value(condition);
        if (set !== 'y' && set !== 'm') return [{ kind: 'off' }];
        if (target !== 'obj') return seen.includes(target) ? [] : follow(`${target}.o`, [...seen, target]);
        return [set === 'y' ? { kind: 'builtin' } : { kind: 'module', name: wanted.replace(/\.o$/, '') }];
      });
  const ends = follow(object, []);
  for (const kind of ['builtin', 'module', 'off'] as const) {
    const end = ends.find((one) => one.kind === kind);
    if (end !== undefined) return end;
  }
  return { kind: 'unknown' };
}

/** Objects that the Makefile puts into the image. */
export function builtinObjects(makefile: string, config: Config): string[] {
  const objects = new Set(parseRules(makefile).flatMap((rule) => rule.objects));
  return [...objects].filter((object) => objectEnd(makefile, config, object).kind === 'builtin');
}
