// SPDX-License-Identifier: GPL-2.0-only
// Styles are bundled into the page; importing one gives nothing.

declare module '*.css';
