// SPDX-License-Identifier: GPL-2.0-only
// What is done after the work itself. When it fails, that is a warning and says nothing about the work.

import { renderError } from '../host/errors.ts';
import { notice } from '../host/notices.ts';

/** Does each of the actions, whether or not the others fail. Never throws. */
export function cleanUp(...actions: (() => void)[]): void {
  for (const action of actions) {
    try {
      action();
    } catch (error) {
      notice('warning', `the clean-up failed: ${renderError(error)}`);
    }
  }
}
