// SPDX-License-Identifier: GPL-2.0-only
// Aliases (`*name`) of a YAML document that cannot be followed. The library finds them only when it makes the value, and
// then without their place.

import { isAlias, visit, type Document, type Node } from 'yaml';
import type { Problem } from './syntax.ts';

/** The first alias that names nothing, or a part of the file that the alias itself is in. */
export function aliasProblem(document: Document): Problem | undefined {
  const anchors = new Map<string, Node>();
  let problem: Problem | undefined;
  visit(document, {
    Node(_, node, path) {
      if (!isAlias(node)) {
        if (node.anchor !== undefined) anchors.set(node.anchor, node);
        return undefined;
      }
      const target = anchors.get(node.source);
      if (target !== undefined && !path.includes(target)) return undefined;
      const why =
        target === undefined ? `there is no anchor \`&${node.source}\` above it` : 'it is inside of that anchor';
      const words = `alias \`*${node.source}\`: ${why}; a text that begins with \`*\` must be in quotes`;
      problem = { offset: node.range?.[0] ?? 0, words };
      return visit.BREAK;
    },
  });
  return problem;
}

/** Where the first alias is. */
export function firstAlias(document: Document): number {
  let offset = 0;
  visit(document, {
    Alias(_, node) {
      offset = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return offset;
}
