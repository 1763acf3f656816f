// SPDX-License-Identifier: GPL-2.0-only
import { XMLParser } from 'fast-xml-parser';
import { expect, test } from 'vitest';
import { element, xmlText } from '../../harness/report/xml.ts';

test('elements, attributes and text', () => {
  expect(element('a', {})).toBe('<a/>');
  expect(element('a', { b: 1, c: 'x' }, [element('d', {}), xmlText('e')])).toBe('<a b="1" c="x"><d/>e</a>');
});

test.each(['<b> & "q"', 'tab\tnew\nline\rreturn', ']]>', 'é 🦀'])('%j is read back as it was', (text) => {
  const parser = new XMLParser({
    ignoreAttributes: false,
    attributeNamePrefix: '',
    trimValues: false,
    htmlEntities: true,
  });
  const parsed: unknown = parser.parse(element('a', { b: text }, [xmlText(text)]));
  expect(parsed).toEqual({ a: { '#text': text, b: text } });
});

test('what XML 1.0 cannot hold is shown', () => {
  expect(xmlText('\u0000\u001b[31m\uD800\uFFFE')).toBe('\\x00\\x1b[31m\\xd800\\xfffe');
});
