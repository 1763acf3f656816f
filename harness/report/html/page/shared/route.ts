// SPDX-License-Identifier: GPL-2.0-only
// What is shown is in the #hash of the address, so that a link shows the same: `#view=cell&cell=6.12+remove/rebind&step=3`. Pure.

const keys = [
  'view',
  'q',
  'show',
  'how',
  'group',
  'kernel',
  'cell',
  'step',
  'line',
  'c',
  'scenario',
  'change',
] as const;
type RouteKey = (typeof keys)[number];

/** Undefined: not in the address. */
export type Route = Readonly<Partial<Record<RouteKey, string>>>;

export function parseRoute(hash: string): Route {
  const params = new URLSearchParams(hash.replace(/^#/, ''));
  return Object.fromEntries(keys.flatMap((key) => (params.get(key) ? [[key, params.get(key) ?? '']] : [])));
}

/** Without empty values; slashes and colons stay readable. */
export function formatRoute(route: Route): string {
  const params = new URLSearchParams();
  for (const key of keys) if (route[key] !== undefined && route[key] !== '') params.set(key, route[key]);
  return `#${params.toString().replaceAll('%2F', '/').replaceAll('%3A', ':').replaceAll('%2C', ',')}`;
}
