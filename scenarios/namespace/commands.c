/* SPDX-License-Identifier: GPL-2.0-only */
/* Threads that ask the NVDIMM bus what its scrub can do (ND_CMD_ARS_CAP), over and over, until /tmp/done is there. */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct capabilities {
	uint64_t address, length;
	uint32_t status, most, unit;
	uint16_t flags, reserved;
};

#define ARS_CAP _IOWR('N', 1, struct capabilities)

static void *ask(void *unused)
{
	while (access("/tmp/done", F_OK) != 0) {
		int device = open("/dev/ndctl0", O_RDWR);

		for (int turn = 0; device >= 0 && turn < 100; turn++) {
			struct capabilities command = {.address = 1ull << 32, .length = 4096};

			ioctl(device, ARS_CAP, &command);
		}
		if (device >= 0)
			close(device);
		else
			usleep(1000);
	}
	return unused;
}

int main(void)
{
	pthread_t threads[2];

	for (int thread = 0; thread < 2; thread++)
		if (pthread_create(&threads[thread], NULL, ask, NULL) != 0)
			return 1;
	for (int thread = 0; thread < 2; thread++)
		pthread_join(threads[thread], NULL);
	puts("done");
	return 0;
}
