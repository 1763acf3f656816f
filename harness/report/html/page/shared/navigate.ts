// SPDX-License-Identifier: GPL-2.0-only
// Follows the #hash of the address, and changes it.

import { useEffect, useState } from 'preact/hooks';
import { formatRoute, parseRoute, type Route } from './route.ts';

export function useRoute(): Route {
  const [route, setRoute] = useState(() => parseRoute(location.hash));
  useEffect(() => {
    const changed = (): void => setRoute(parseRoute(location.hash));
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  return route;
}

/** Goes to another place; Back returns here. */
export function go(route: Route): void {
  location.hash = formatRoute(route);
}

/** Changes the place without another entry in the browser's history, as typing in a search field does. */
export function replace(route: Route): void {
  history.replaceState(null, '', formatRoute(route));
  dispatchEvent(new HashChangeEvent('hashchange'));
}
