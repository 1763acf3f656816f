# SPDX-License-Identifier: GPL-2.0-only
# Prints the files of a test's results, one a line: its name, and the last 256 KiB of it as gzip in base64.
set -eu
cd /suite/results
find . -type f -size +0 | sort | while read -r file; do
	printf '%s ' "${file#./}"
	tail -c 262144 "$file" | gzip -c | base64 -w 0
	echo
done
