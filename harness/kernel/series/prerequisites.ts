// SPDX-License-Identifier: GPL-2.0-only
// What the mails of a series say of the source that it is for: the trailers of `git format-patch --base` and of b4, and
// sentences such as "depends on". Pure.

export interface Prerequisites {
  /** `base-commit:`, the commit that the series was made on. */
  baseCommit: string | undefined;
  /** `prerequisite-patch-id:`, of patches that must be applied before it, in order (git patch-id --stable). */
  patchIds: string[];
  /** `prerequisite-message-id:`, of series that must be applied before it. */
  messageIds: string[];
  /** `prerequisite-change-id:`, the same by b4's change-id. */
  changeIds: string[];
  /** Sentences of the author: `Depends-on: ...`, `This series depends on ...`. */
  sentences: string[];
}

/** Of a series that says nothing. */
export const noPrerequisites: Prerequisites = {
  baseCommit: undefined,
  patchIds: [],
  messageIds: [],
  changeIds: [],
  sentences: [],
};

/** A sentence is shown to this length. */
const longest = 200;

/** Reads the texts of mails: cover letter and commit messages, and what follows their diffs. */
export function prerequisitesOf(texts: readonly string[]): Prerequisites {
  // Lines of a diff are not the author's words.
  const text = texts.map((one) => one.replaceAll('\r', '').replace(/^[-+ @\\].*$/gm, '')).join('\n\n');
  const values = (name: string): string[] => [
    ...new Set([...text.matchAll(new RegExp(`^${name}:[ \\t]*(\\S+)`, 'gim'))].map(([, value = '']) => value)),
  ];
  return {
    baseCommit: values('base-commit').find((value) => /^[0-9a-f]{7,64}$/.test(value)),
    patchIds: values('prerequisite-patch-id').filter((value) => /^[0-9a-f]{40,64}$/.test(value)),
    messageIds: values('prerequisite-message-id').map((value) => value.replace(/^<(.*)>$/, '$1')),
    changeIds: values('prerequisite-change-id'),
    sentences: sentencesOf(text),
  };
}

/** Sentences about other series, each on one line. */
function sentencesOf(text: string): string[] {
  const trailers = [...text.matchAll(/^depends-on:[ \t]*(\S.*)$/gim)].map(([line]) => line);
  const prose = text
    .split(/\n\s*\n/)
    .flatMap((paragraph) => paragraph.replace(/\s+/g, ' ').split(/(?<=[.!?]) /))
    .filter(
      (sentence) =>
        /\b(this|the) (series|patch(?: ?set)?)\b.{0,40}\b(depends|is based|applies|goes) on( top of)?\b/i.test(
          sentence,
        ) || /^(applies on top of|based on top of|prerequisites?:) /i.test(sentence),
    );
  return [...new Set([...trailers, ...prose].map((one) => one.trim()))].map((one) =>
    one.length > longest ? `${one.slice(0, longest)}...` : one,
  );
}

/** What a person should know before the series is applied, a line each. `given`: patch ids of what is applied before it. */
export function prerequisiteLines(needs: Prerequisites, given: ReadonlySet<string> = new Set()): string[] {
  const { baseCommit, messageIds, changeIds, sentences } = needs;
  const open = needs.patchIds.filter((id) => !given.has(id));
  return [
    ...(baseCommit === undefined ? [] : [`it was made on base-commit ${baseCommit}`]),
    ...(open.length === 0
      ? []
      : [
          `it needs ${open.length === 1 ? 'a patch that is' : `${open.length} patches that are`} not in it: prerequisite-patch-id ${open
            .map((id) => id.slice(0, 12))
            .join(', ')}`,
        ]),
    ...messageIds.map((id) => `it needs the series b4:${id}`),
    ...changeIds.map((id) => `it needs the series with the change-id ${id}`),
    ...sentences.map((sentence) => `it says: ${sentence}`),
  ];
}
