# SPDX-License-Identifier: GPL-2.0-only
# Builds xfstests in its tree. It runs from there: nothing is installed.
make -j2
