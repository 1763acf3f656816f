// SPDX-License-Identifier: GPL-2.0-only
import { expect, test } from 'vitest';
import { planSeries } from '../../../harness/kernel/build/plan-series.ts';
import { parseConfig } from '../../../harness/kernel/dot-config.ts';
import { parseModuleIndex } from '../../../harness/kernel/module-index.ts';
import { parseDiff } from '../../../harness/kernel/series/diff.ts';
import { repoOf } from '../source.ts';

const config = parseConfig('CONFIG_DAX=m\nCONFIG_NVDIMM=m\n');
const index = parseModuleIndex(
  'kernel/drivers/dax/dax_pmem.ko: kernel/drivers/nvdimm/libnvdimm.ko\nkernel/drivers/nvdimm/libnvdimm.ko:\n',
  '',
);
const files = {
  'drivers/dax/Makefile': 'obj-$(CONFIG_DAX) += dax_pmem.o\ndax_pmem-y := pmem.o\n',
  'drivers/dax/pmem.c': '#include "../nvdimm/nd.h"\n',
  'drivers/nvdimm/Makefile': 'obj-$(CONFIG_NVDIMM) += libnvdimm.o\nlibnvdimm-y := core.o\n',
  'drivers/nvdimm/core.c': '#include "nd.h"\n',
  'drivers/nvdimm/nd.h': '',
  'fs/Makefile': 'obj-y += dax.o\n',
  'fs/dax.c': '',
  'Documentation/x.rst': '',
};

async function plan(...touched: string[]): ReturnType<typeof planSeries> {
  const patches = touched.map((file) => {
    const diff = `--- a/${file}\n+++ b/${file}\n@@ -1 +1 @@\n-a\n+b\n`;
    return { name: file, diff, files: parseDiff(diff).files, message: '', author: undefined, subject: '' };
  });
  return planSeries({ name: 'some', patches }, await repoOf(files), config, index);
}

test('a header brings the folders of those that include it by path, what others need first', async () => {
  expect(await plan('drivers/nvdimm/nd.h')).toEqual({
    folders: ['drivers/nvdimm', 'drivers/dax'],
    sources: ['drivers/dax/pmem.c'],
    refused: [],
  });
  expect((await plan('drivers/dax/pmem.c')).folders).toEqual(['drivers/dax']);
});

test('what is built into the image is an error that names the other way', async () => {
  await expect(plan('drivers/dax/pmem.c', 'fs/dax.c')).rejects.toMatchObject({
    exitCode: 2,
    message: 'some touches more than modules: fs/dax.c is built into the image',
    hint: expect.stringContaining('source:VERSION+SERIES builds the whole kernel') as string,
  });
});

test('a series that touches nothing of a kernel is an error', async () => {
  await expect(plan('Documentation/x.rst')).rejects.toThrow('some touches nothing that goes into a kernel');
});
