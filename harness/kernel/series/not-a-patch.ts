// SPDX-License-Identifier: GPL-2.0-only
// Recognizes text that shows a patch and is not one any more: quoted in a reply, copied from the page of an archive, HTML. Pure.

/** What the text is, and what to give instead. */
export interface NotAPatch {
  /** The end of a sentence that begins with the file: `quotes a patch`. */
  why: string;
  hint: string;
}

const hint =
  'Give the mail itself: b4:MESSAGE-ID, the address of a raw mail or of t.mbox.gz in an archive, or what b4 am or git format-patch wrote.';

const diffLine = /^(?:diff --git a\/|--- a\/)/m;

/** Why a text that shows a patch cannot be applied; undefined when nothing of this kind is wrong with it. */
export function notAPatch(text: string): NotAPatch | undefined {
  const why = whyNot(text);
  return why === undefined ? undefined : { why, hint };
}

function whyNot(text: string): string | undefined {
  if (/^\s*(?:<!doctype html|<html[\s>])/i.test(text)) return 'is a web page, not a mail';
  if (isArchivePage(text)) return 'is text copied from an archive’s page, not a mail or a mailbox';
  if (!diffLine.test(text) && /^(?:>[ \t]?)+(?:diff --git |--- a\/)/m.test(text)) {
    return 'quotes a patch, as a reply does: the lines of its diff begin with ">"';
  }
  if (/\S[^\n]*[ \t]diff --git a\/\S+ b\/\S+ [^\n]*@@ -\d/.test(text))
    return 'was reflowed: lines of its diff were joined';
  if (diffLine.test(text) && /^[-+ ].*&(?:lt|gt|amp);/m.test(text) && !/^[-+ ].*[<>]/m.test(text)) {
    return 'was copied from a web page: it has &lt; and &gt; in place of < and >';
  }
  return undefined;
}

/** Pages of archives as text have headings where mails have headers. */
function isArchivePage(text: string): boolean {
  return (
    /^From: .+ @ \d{4}-\d\d-\d\d /m.test(text) ||
    /^\[(?:Thread Prev|Thread Next|Date Prev|Date Next)\]/m.test(text) ||
    /^From: .*\n+Date: \w{3} \w{3} \d\d \d{4} - /m.test(text)
  );
}
