// SPDX-License-Identifier: GPL-2.0-only
// A cell on a machine whose guests cannot be saved: its steps run in the guest that was set up, and nothing is forked.

import { rmSync } from 'node:fs';
import path from 'node:path';
import type { BootPlan } from '../guest/checkpoints.ts';
import type { SetupOptions } from '../guest/set-up.ts';
import { noSibling, setUpSingle } from '../guest/single-guest.ts';
import type { StageRequests } from '../guest/stage.ts';
import { contentKey } from '../host/key.ts';
import { ownLife } from '../host/life.ts';
import { cacheRoot } from '../host/places.ts';
import type { GuestNeeds } from '../scenario/plan.ts';
import type { PreparedCell } from './cell.ts';
import { cleanUp } from './clean-up.ts';

/** A cell that is ready, and what is to be called when it has ended, however it did. */
export interface HeldCell extends PreparedCell {
  done: () => Promise<void>;
}

/** Boots and sets up the guest of a cell. `console` gets what it prints. @throws SetupFailed, InfraError */
export async function prepareSingle(
  {
    id,
    boot,
    needs,
    stages,
    console,
  }: { id: string; boot: BootPlan; needs: GuestNeeds; stages: readonly StageRequests[]; console: string },
  options: SetupOptions,
): Promise<HeldCell> {
  const folder = path.join(cacheRoot(), `fresh-${ownLife(cacheRoot())}`, `single-${contentKey(id)}`);
  const remove = (): void => cleanUp(() => rmSync(folder, { recursive: true, force: true }));
  try {
    const { guest, recorder, ...setUp } = await setUpSingle({ boot, stages, folder, console }, options);
    let isTaken = false;
    return {
      ...{ needs, accelerator: boot.accelerator, modules: boot.modules, ...setUp },
      // It records since it boots.
      recording: () => recorder,
      fork: () => {
        if (isTaken) return noSibling();
        isTaken = true;
        return Promise.resolve(guest);
      },
      done: async () => {
        await guest.end();
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}
