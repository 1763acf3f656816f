// SPDX-License-Identifier: GPL-2.0-only
// The one file of an HTML report: page, style and data. It loads nothing, and its policy forbids everything that is not in it: even
// if a text of a guest became markup, it could neither run nor load anything.

import { createHash } from 'node:crypto';
import type { BuiltPage } from './build-page.ts';
import type { PackedReport } from './pack.ts';

/** Pure. `title` is shown by the browser before the page runs. */
export function htmlFile(title: string, { script, style }: BuiltPage, { overview, chunks }: PackedReport): string {
  // Inside of a script element only its end tag matters; in the strings and patterns of a program `<\/` is the same as `</`.
  const code = script.replaceAll(/<\/(script)/gi, '<\\/$1').replaceAll('<!--', '<\\!--');
  const policy = [
    "default-src 'none'",
    `script-src '${digest(code)}'`,
    `style-src '${digest(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const data = [overview, ...chunks].map(
    (text, index) =>
      `<script type="text/plain" id="${index === 0 ? 'overview' : `chunk-${index - 1}`}">${text}</script>`,
  );
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<head>',
    '<meta charset="utf-8">',
    `<meta http-equiv="Content-Security-Policy" content="${policy}">`,
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark">',
    `<title>${escapeHtml(title)}</title>`,
    `<style>${style}</style>`,
    '</head>',
    '<body>',
    '<div id="page"><noscript>This report is shown by a script in this file. It needs no network.</noscript></div>',
    ...data,
    `<script>${code}</script>`,
    '</body>',
    '</html>',
    '',
  ].join('\n');
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

function escapeHtml(text: string): string {
  const names: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replaceAll(/[&<>"']/g, (char) => names[char] ?? char);
}
