/* SPDX-License-Identifier: GPL-2.0-only */
/* Where the data of a file is on its device: FIEMAP. */
#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/ioctl.h>

#include "../base/die.h"
#include "../base/json.h"
#include "../children/job.h"
#include "../request/arguments.h"
#include "handlers.h"

#define EXTENTS_PER_CALL 256

static json_t *extents(const char *file)
{
	json_t *data = json_pack("{s:[]}", "extents");
	json_t *list = json_object_get(data, "extents");
	struct fiemap *map = allocate(sizeof(*map) + EXTENTS_PER_CALL * sizeof(map->fm_extents[0]));
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	uint64_t start = 0;
	bool last = false;

	if (fd < 0)
		return with_failure(data, "open", errno);
	while (!last) {
		map->fm_start = start;
		map->fm_length = FIEMAP_MAX_OFFSET - start;
		map->fm_flags = FIEMAP_FLAG_SYNC;
		map->fm_extent_count = EXTENTS_PER_CALL;
		if (ioctl(fd, FS_IOC_FIEMAP, map) < 0)
			return with_failure(data, "ioctl", errno);
		if (map->fm_mapped_extents == 0)
			break;
		for (unsigned int i = 0; i < map->fm_mapped_extents; i++) {
			struct fiemap_extent *extent = &map->fm_extents[i];

			json_push(list, json_pack("{s:I, s:I, s:I, s:I}", "logical", (json_int_t)extent->fe_logical,
					       "physical", (json_int_t)extent->fe_physical, "length",
					       (json_int_t)extent->fe_length, "flags", (json_int_t)extent->fe_flags));
			start = extent->fe_logical + extent->fe_length;
			last = extent->fe_flags & FIEMAP_EXTENT_LAST;
		}
	}
	return data;
}

void op_extents(const struct request *request)
{
	if (job_begin(request))
		job_done(extents(arg_text(request, "file")));
}
