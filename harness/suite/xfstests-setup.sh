# SPDX-License-Identifier: GPL-2.0-only
# Makes the filesystem that all tests share; check makes that of the scratch device itself.
set -eu
mkdir -p "$TEST_DIR" "$SCRATCH_MNT"
case $FSTYP in
xfs) mkfs.xfs -f $MKFS_OPTIONS "$TEST_DEV" ;;
ext4) mkfs.ext4 -F $MKFS_OPTIONS "$TEST_DEV" ;;
esac
