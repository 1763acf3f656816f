/* SPDX-License-Identifier: GPL-2.0-only */
/* labels DEVICE: reads as much of the label area as the kernel says fits into one command, and writes it back. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <linux/ndctl.h>

int main(int argc, char **argv)
{
	struct nd_cmd_get_config_size size = { 0 };
	struct nd_cmd_get_config_data_hdr *get;
	struct nd_cmd_set_config_hdr *set;
	int fd = open(argc > 1 ? argv[1] : "/dev/nmem0", O_RDWR);

	if (fd < 0 || ioctl(fd, ND_IOCTL_GET_CONFIG_SIZE, &size) < 0) {
		perror("size");
		return 1;
	}
	printf("size %u, in parts of %u\n", size.config_size, size.max_xfer);
	get = calloc(1, sizeof(*get) + size.max_xfer);
	/* The status follows the data. */
	set = calloc(1, sizeof(*set) + size.max_xfer + sizeof(__u32));
	get->in_length = set->in_length = size.max_xfer;
	if (ioctl(fd, ND_IOCTL_GET_CONFIG_DATA, get) < 0) {
		perror("read");
		return 1;
	}
	memcpy(set->in_buf, get->out_buf, size.max_xfer);
	printf("write: %s\n", ioctl(fd, ND_IOCTL_SET_CONFIG_DATA, set) < 0 ? strerror(errno) : "done");
	return 0;
}
