// SPDX-License-Identifier: GPL-2.0-only
// Keys that several steps share: each means the same everywhere, and is described once.

import { z } from 'zod';

export const fileKey = z.string().describe('A file of the scenario, by its path in the guest');
export const deviceKey = z.string().describe('A device of the stack, by name');
export const regionKey = z
  .string()
  .regex(/^region\d+$/, 'the name of a region, such as region0')
  .describe('A region, by its name in the guest: region0 is the first NVDIMM');
export const memdevKey = z
  .string()
  .regex(/^mem\d+$/, 'the name of a CXL device, such as mem0')
  .describe('A CXL device: mem0 is the first of the machine');
export const busKey = z
  .string()
  .regex(/^ndbus\d+$/, 'the name of an NVDIMM bus, such as ndbus0')
  .describe('The NVDIMM bus, by its name in the guest: ndbus0');
export const mountKey = z.string().describe('A filesystem of the stack, by its mount point');
export const processesKey = z.string().describe('A group of processes, by name');

const pageNumber = z.int().min(0);
const pageCount = z.int().min(1);

/** The error that a call should return. */
export const returnsKey = z
  .string()
  .regex(/^E[A-Z0-9]+$/, 'an errno such as EIO')
  .optional()
  .describe('Error that it should return, such as EIO; none by default');

/** Pages of a file or of a device. */
export const pageKey = pageNumber.describe('Page of the file or device, from 0');
export const pagesKey = pageCount.describe('Number of pages');
/** Pages of a mapping, which may begin anywhere in its file. */
export const mappingPageKey = pageNumber.describe('Page of the mapping, from 0');
export const mappingPagesKey = z.array(pageNumber);

/** `page 3`, `pages 3-7`. */
export function pageWords(page: number, pages: number): string {
  return pages === 1 ? `page ${page}` : `pages ${page}-${page + pages - 1}`;
}
