// SPDX-License-Identifier: GPL-2.0-only
// Writes XML 1.0 from any text, including kernel logs.

/** An element with its attributes; children are markup, made by element() or xmlText(). */
export function element(name: string, attributes: Record<string, string | number>, children: string[] = []): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${attribute(String(value))}"`);
  if (children.length === 0) return `<${name}${written.join('')}/>`;
  return `<${name}${written.join('')}>${children.join('')}</${name}>`;
}

/** Text as element content. Characters that XML 1.0 cannot hold, escaped or not, are shown as `\x1b`. */
export function xmlText(text: string): string {
  return allowed(text).replaceAll(/[&<>\r]/g, (char) => references[char] ?? char);
}

function attribute(text: string): string {
  return allowed(text).replaceAll(/[&<>"\r\n\t]/g, (char) => references[char] ?? char);
}

const references: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  '\r': '&#13;',
  '\n': '&#10;',
  '\t': '&#9;',
};

function allowed(text: string): string {
  return text.replaceAll(
    /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
