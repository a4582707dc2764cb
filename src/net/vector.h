/* Bytes as the kernel's calls take them. */
#ifndef NET_VECTOR_H
#define NET_VECTOR_H

#include <stddef.h>
#include <stdint.h>
#include <sys/uio.h>

/* Of bytes that are only read, though the type says not. */
static inline struct iovec iovec_of(const void *bytes, size_t size)
{
	return (struct iovec){(void *)(uintptr_t)bytes, size};
}

#endif
