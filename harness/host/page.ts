// SPDX-License-Identifier: GPL-2.0-only
// Sizes of the guest's pages and of disk sectors. Guests are x86-64 (arch/x86/include/asm/page_types.h: PAGE_SHIFT).

/** log2 of the bytes in a page; the lsb of an error that concerns a whole page. */
export const pageShift = 12;

/** Bytes in a page. */
export const pageBytes = 2 ** pageShift;

/** Bytes in a sector: the unit of sysfs, of device-mapper tables and of badblocks, whatever the disk's own (SECTOR_SIZE). */
export const sectorBytes = 512;

/** Sectors in a page. */
export const sectorsPerPage = pageBytes / sectorBytes;
