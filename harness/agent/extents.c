/* SPDX-License-Identifier: GPL-2.0-only */
/* Where a file lies on its device: FIEMAP. */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>

#define AT_ONCE 256

static json_t *extents(const char *file)
{
	json_t *data = json_pack("{s:[]}", "extents");
	json_t *list = json_object_get(data, "extents");
	int fd = open(file, O_RDONLY | O_CLOEXEC);
	struct fiemap *map = allocate(sizeof(*map) + AT_ONCE * sizeof(map->fm_extents[0]));
	uint64_t start = 0;
	bool last = false;

	if (fd < 0)
		return with_failure(data, "open", errno);
	while (!last) {
		map->fm_start = start;
		map->fm_length = FIEMAP_MAX_OFFSET - start;
		map->fm_flags = FIEMAP_FLAG_SYNC;
		map->fm_extent_count = AT_ONCE;
		if (ioctl(fd, FS_IOC_FIEMAP, map) < 0)
			return with_failure(data, "ioctl", errno);
		if (map->fm_mapped_extents == 0)
			break;
		for (unsigned int i = 0; i < map->fm_mapped_extents; i++) {
			struct fiemap_extent *extent = &map->fm_extents[i];

			append(list, json_pack("{s:I, s:I, s:I, s:I}", "logical", (json_int_t)extent->fe_logical,
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
	struct fields fields = fields_of(request->json, request->op);
	const char *file = need_path(&fields, "file");

	if (!refused(&fields, request) && job_begin(request))
		job_done(extents(file));
}
