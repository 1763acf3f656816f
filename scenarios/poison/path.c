/* SPDX-License-Identifier: GPL-2.0-only */
/* path FILE PAGE: opens the path that is in a page of a mapped file. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void on_bus(int signal)
{
	static const char said[] = "SIGBUS\n";

	(void)signal;
	_exit(write(STDOUT_FILENO, said, sizeof(said) - 1) < 0);
}

int main(int argc, char **argv)
{
	long page = argc > 2 ? atol(argv[2]) : 0;
	int fd = open(argv[1], O_RDONLY);
	char *map = mmap(NULL, (page + 1) * 4096, PROT_READ, MAP_SHARED, fd, 0);

	if (map == MAP_FAILED) {
		perror("mmap");
		return 1;
	}
	signal(SIGBUS, on_bus);
	open(map + page * 4096, O_RDONLY);
	printf("open: %s\n", strerror(errno));
	return 0;
}
