/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads a file into the mapping of another one, of the same length: read-into FILE BUFFER */
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int file = argc < 3 ? -1 : open(argv[1], O_RDONLY);
	int buffer = argc < 3 ? -1 : open(argv[2], O_RDWR);
	struct stat status;
	void *mapping;

	if (file < 0 || fstat(buffer, &status) != 0)
		return 2;
	mapping = mmap(NULL, status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, buffer, 0);
	if (mapping == MAP_FAILED)
		return 3;
	return read(file, mapping, status.st_size) == status.st_size ? 0 : 1;
}
