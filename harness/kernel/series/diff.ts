// SPDX-License-Identifier: GPL-2.0-only
// Parses a unified diff: which files it touches, its hunks, and whether a mailer has mangled it. Pure.

export interface Hunk {
  /** Line in the diff, from 1, of the `@@`. */
  line: number;
  /** First line in the old file, from 1. */
  oldStart: number;
  /** Context and removed lines, without their mark. */
  old: string[];
}

export interface TouchedFile {
  /** Below the tree's root. */
  path: string;
  change: 'modified' | 'added' | 'deleted';
  hunks: Hunk[];
}

interface DiffFault {
  /** Line in the diff, from 1. */
  line: number;
  /** The end of a sentence that begins with the file: `was mangled: ...`. */
  why: string;
}

export interface ParsedDiff {
  files: TouchedFile[];
  fault: DiffFault | undefined;
}

const hunkHead = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/;

/** Parses a diff whose paths have one leading component (`-p1`: a/, b/). Text before, between and after is skipped. */
export function parseDiff(text: string): ParsedDiff {
  const lines = text.split('\n');
  const files = new Map<string, TouchedFile>();
  let current: TouchedFile | undefined;
  const touch = (path: string, change: TouchedFile['change']): TouchedFile => {
    const file = files.get(path) ?? { path, change, hunks: [] };
    if (change !== 'modified') file.change = change;
    files.set(path, file);
    return file;
  };
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? '';
    const renamed = /^(?:rename|copy) (from|to) (.+)$/.exec(line);
    const modeOnly = /^diff --git a\/(\S+) b\/\1$/.exec(line);
    if (modeOnly?.[1] !== undefined) current = touch(modeOnly[1], 'modified');
    else if (renamed?.[2] !== undefined) {
      if (renamed[1] === 'to') current = touch(renamed[2], 'added');
      else if (line.startsWith('rename')) touch(renamed[2], 'deleted');
    } else if (line.startsWith('--- ') && (lines[at + 1] ?? '').startsWith('+++ ')) {
      const [from, to] = [pathOf(line), pathOf(lines[at + 1] ?? '')];
      if (from === undefined && to === undefined) continue;
      current = touch(to ?? from ?? '', to === undefined ? 'deleted' : from === undefined ? 'added' : 'modified');
      at++;
    } else if (line.startsWith('@@')) {
      const head = hunkHead.exec(line);
      if (current === undefined)
        return { files: [...files.values()], fault: { line: at + 1, why: 'has a hunk that belongs to no file' } };
      if (head === null)
        return { files: [...files.values()], fault: { line: at + 1, why: 'has a damaged hunk header' } };
      const hunk: Hunk = { line: at + 1, oldStart: Number(head[1]), old: [] };
      current.hunks.push(hunk);
      let [oldLeft, newLeft] = [Number(head[2] ?? 1), Number(head[3] ?? 1)];
      while (oldLeft > 0 || newLeft > 0) {
        at++;
        const body = lines[at];
        // git, too, reads an empty line as an empty line of context (its apply.c:parse_fragment).
        const mark = body === '' && at < lines.length - 1 ? ' ' : (body ?? '')[0];
        if (body === undefined || mark === undefined) {
          return { files: [...files.values()], fault: { line: at, why: 'ends in the middle of a hunk' } };
        }
        if (mark === '\\') continue;
        if (!' +-'.includes(mark)) {
          const why = /^(?:@@ |diff --git )/.test(body)
            ? 'has a hunk that ends here with fewer lines than its header says: it was edited by hand'
            : 'was mangled: a line of a hunk begins with neither blank, + nor -; a mailer may have wrapped the line before it';
          return { files: [...files.values()], fault: { line: at + 1, why } };
        }
        if (mark !== '+') {
          oldLeft--;
          hunk.old.push(body.slice(1));
        }
        if (mark !== '-') newLeft--;
        if (oldLeft < 0 || newLeft < 0) {
          return {
            files: [...files.values()],
            fault: { line: at + 1, why: 'was mangled: a hunk does not have as many lines as its header says' },
          };
        }
      }
    }
  }
  const found = [...files.values()];
  return { files: found, fault: whitespaceFault(lines, found) };
}

/**
 * Context that a mailer changed while the hunks stayed whole: tabs that became blanks (kernel sources are indented with
 * tabs), or a second blank before each line (format=flowed adds one, RFC 3676).
 */
function whitespaceFault(lines: readonly string[], files: readonly TouchedFile[]): DiffFault | undefined {
  for (const { path, hunks } of files) {
    if (!/\.[ch]$/.test(path)) continue;
    for (const hunk of hunks) {
      const indented = hunk.old.filter((line) => /^ {8}/.test(line));
      if (indented.length >= 3 && !hunk.old.some((line) => line.includes('\t'))) {
        const line = hunk.line + 1 + lines.slice(hunk.line).findIndex((text) => /^[ -] {8}/.test(text));
        return { line, why: 'was mangled: its tabs became blanks' };
      }
      const full = hunk.old.filter((line) => line !== '');
      if (
        full.length >= 3 &&
        full.every((line) => line.startsWith(' ')) &&
        full.some((line) => line.startsWith(' \t'))
      ) {
        return {
          line: hunk.line + 1,
          why: 'was mangled: each line of context begins with one blank too many (format=flowed)',
        };
      }
    }
  }
  return undefined;
}

/** Whether a diff adds a line with a text to a file. */
export function adds(diff: string, file: string, text: string): boolean {
  let current: string | undefined;
  for (const line of diff.split('\n')) {
    if (line.startsWith('+++ ')) current = pathOf(line);
    else if (current === file && line.startsWith('+') && line.includes(text)) return true;
  }
  return false;
}

/** The path in a `---` or `+++` line, undefined for /dev/null. */
function pathOf(line: string): string | undefined {
  const path = line.slice(4).split('\t')[0]?.trim() ?? '';
  return path === '/dev/null' ? undefined : path.replace(/^[^/]+\//, '');
}
