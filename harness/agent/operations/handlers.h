/* SPDX-License-Identifier: GPL-2.0-only */
/* The functions that serve operations of the machine and its files. Their arguments have been checked. */
#ifndef HAZMAT_AGENT_OPERATIONS_HANDLERS_H
#define HAZMAT_AGENT_OPERATIONS_HANDLERS_H

struct request;

void op_ping(const struct request *request);
void op_run(const struct request *request);
void op_write(const struct request *request);
void op_read(const struct request *request);
void op_modprobe(const struct request *request);
void op_fill(const struct request *request);
void op_verify(const struct request *request);
void op_pread(const struct request *request);
void op_pwrite(const struct request *request);
void op_verify_bytes(const struct request *request);
void op_fsync(const struct request *request);
void op_fallocate(const struct request *request);
void op_truncate(const struct request *request);
void op_copy_range(const struct request *request);
void op_extents(const struct request *request);
void op_ars_inject(const struct request *request);
void op_clear_error(const struct request *request);
void op_forward(const struct request *request);
void op_diagnose(const struct request *request);
void op_busy(const struct request *request);
void op_calibrate(const struct request *request);
void op_zero_free(const struct request *request);

#endif
