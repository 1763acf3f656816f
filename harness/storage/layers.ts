// SPDX-License-Identifier: GPL-2.0-only
// The kinds of layers. To add a kind: write its file and add a line here.

import { cxlRegion } from './cxl-region.ts';
import { disk } from './disk.ts';
import { dmDust } from './dm-dust.ts';
import { dmError } from './dm-error.ts';
import { dmFlakey } from './dm-flakey.ts';
import { dmMirror } from './dm-mirror.ts';
import { dmSnapshot } from './dm-snapshot.ts';
import { dmThin } from './dm-thin.ts';
import { dmLinear } from './dm-linear.ts';
import { dmLogWrites } from './dm-log-writes.ts';
import { devdax } from './devdax.ts';
import { dmStripe } from './dm-stripe.ts';
import { dmWritecache } from './dm-writecache.ts';
import { ext4 } from './ext4.ts';
import { hugetlbfs } from './hugetlbfs.ts';
import type { LayerKind } from './layer.ts';
import { namespace } from './namespace.ts';
import { partition } from './partition.ts';
import { systemRam } from './system-ram.ts';
import { tmpfs } from './tmpfs.ts';
import { xfs } from './xfs.ts';

export const layerKinds: LayerKind<unknown>[] = [
  cxlRegion,
  namespace,
  devdax,
  systemRam,
  partition,
  dmLinear,
  dmStripe,
  dmWritecache,
  dmLogWrites,
  dmError,
  dmFlakey,
  dmDust,
  dmSnapshot,
  dmThin,
  dmMirror,
  disk,
  xfs,
  ext4,
  tmpfs,
  hugetlbfs,
];
