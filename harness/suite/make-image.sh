#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# Builds a suite in the tree of its release, and makes an ext4 image of what guests need. Run in a mount namespace of its own.
# $1: the folder with `build`, a tree with a compiler and the suite in /suite, and `tree`, the one for guests; $2: the image's name there.
set -eu
part=$1
mkdir -p "$part/build/dev" "$part/build/proc" "$part/build/image" "$part/build/tmp"
# Where mounts are shared, other namespaces see this one, and keep it if this script is killed. It is made private, so that they never have /dev
# and /proc below it: they could be deleted together with the folder.
mount --bind "$part" "$part"
trap 'cd / && umount --recursive --lazy "$part"' EXIT
trap 'exit 1' HUP INT TERM
cd "$part"
mount --make-private .
# A user's namespace cannot bind a mount without those below it.
bind() {
	mount --bind "$1" "$2" 2> /dev/null || mount --rbind "$1" "$2"
}
bind /dev build/dev
bind /proc build/proc
bind . build/image
chroot build /bin/sh -eu -c 'cd /suite && sh -eu /build.sh' >&2
mkdir -p tree/suite
cp -a build/suite/. tree/suite/
find tree/suite -name '*.o' -delete
rm -rf tree/usr/share/doc tree/usr/share/man tree/usr/share/info tree/usr/share/locale
kib=$(du -s -k tree | cut -f1)
# Room for what guests write, and a whole number of 128 MiB, as the kernel likes a region of an NVDIMM to be.
mib=$(((kib * 5 / 4 / 1024 + 128 + 127) / 128 * 128))
truncate -s "${mib}M" "$2"
chroot build mkfs.ext4 -q -F -b 4096 -m 0 -O ^has_journal,^orphan_file -E root_owner=0:0 -d /image/tree "/image/$2"
