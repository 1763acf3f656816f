# SPDX-License-Identifier: GPL-2.0-only
# Builds ndctl with all its tests. They run from the folder of the build: nothing is installed.
meson setup build -Dtest=enabled -Ddestructive=enabled -Ddocs=disabled -Dasciidoctor=disabled -Dsystemd=disabled \
	-Dversion-tag=suite -Drootprefix=/usr -Dbashcompletiondir=/tmp
ninja -C build -j 2
