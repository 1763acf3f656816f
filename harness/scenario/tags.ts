// SPDX-License-Identifier: GPL-2.0-only
// The tags of the scenarios that ship: scenarios/tags.yaml lists each with a description. Other scenarios may use any tag.

import path from 'node:path';
import { z } from 'zod';
import { UsageError } from '../host/errors.ts';
import { projectRoot } from '../host/places.ts';
import { checkYaml } from '../host/yaml/check.ts';
import { closest } from '../host/yaml/closest.ts';
import { readYaml, type YamlFile } from '../host/yaml/yaml.ts';

const tagsSchema = z.record(
  z.string().regex(/^[a-z][a-z0-9-]*$/, 'a tag of lowercase letters, digits and dashes'),
  z.string().min(1),
);

let known: ReadonlyMap<string, string> | undefined;

/** Every known tag with its description. */
export function knownTags(): ReadonlyMap<string, string> {
  return (known ??= new Map(
    Object.entries(
      checkYaml(readYaml(path.join(projectRoot, 'scenarios/tags.yaml'), 'scenarios/tags.yaml'), tagsSchema),
    ),
  ));
}

/** @throws UsageError with the place of the first tag that is not known, and the tag that was meant. */
export function checkTags(yaml: YamlFile, tags: readonly string[]): void {
  const names = [...knownTags().keys()];
  tags.forEach((tag, index) => {
    if (names.includes(tag)) return;
    const meant = closest(tag, names);
    throw new UsageError(`unknown tag \`${tag}\`${meant === undefined ? '' : `, did you mean \`${meant}\`?`}`, {
      at: yaml.at(['tags', index]),
      hint: 'scenarios/tags.yaml lists the tags of the scenarios that ship, each with a description',
    });
  });
}
