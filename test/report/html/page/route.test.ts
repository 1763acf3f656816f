// SPDX-License-Identifier: GPL-2.0-only
import { expect, it } from 'vitest';
import { formatRoute, parseRoute } from '../../../../harness/report/html/page/shared/route.ts';

it('an address is read back as it was written', () => {
  const route = { view: 'cell', cell: '6.12 remove/rebind #3', q: '100% & "more" ä', step: '2' };
  expect(formatRoute(route)).toBe('#view=cell&q=100%25+%26+%22more%22+%C3%A4&cell=6.12+remove/rebind+%233&step=2');
  expect(parseRoute(formatRoute(route))).toEqual(route);
});

it('leaves out what is empty or unknown', () => {
  expect(formatRoute({ view: 'overview', q: '' })).toBe('#view=overview');
  expect(parseRoute('#view=overview&evil=1&q=')).toEqual({ view: 'overview' });
  expect(parseRoute('')).toEqual({});
});
