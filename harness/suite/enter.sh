# SPDX-License-Identifier: GPL-2.0-only
# Mounts the tree of a suite, and in it what programs expect of a system. $1: the device with the tree.
set -eu
mkdir -p /suite
mount -t ext4 "$1" /suite
for folder in proc sys dev; do mount --rbind "/$folder" "/suite/$folder"; done
for folder in dev/shm tmp run var/tmp mnt results; do
	mkdir -p "/suite/$folder"
	mount -t tmpfs -o mode=1777 tmpfs "/suite/$folder"
done
mkdir -p /suite/dev/pts /suite/usr/lib/modules
mountpoint -q /suite/dev/pts || mount -t devpts devpts /suite/dev/pts
mount --bind /usr/lib/modules /suite/usr/lib/modules
