/* SPDX-License-Identifier: GPL-2.0-only */
/* The page: the unit of the pattern, of mappings and of poison. */
#ifndef HAZMAT_AGENT_PAGE_H
#define HAZMAT_AGENT_PAGE_H

#define PAGE_BYTES 4096

#endif
