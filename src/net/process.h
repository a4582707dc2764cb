/* The processes of this host and their sockets, from /proc. */
#ifndef NET_PROCESS_H
#define NET_PROCESS_H

#include "base/text.h"

#include <sys/types.h>

enum { PROCESS_NAME_SIZE = 64 };

struct process_socket {
	pid_t pid;
	int fd;         /* its number in that process */
	uint64_t inode; /* which socket it is: several processes may hold the same one */
};

typedef void process_socket_fn(void *context, const struct process_socket *socket);

/* Calls function for every socket of every process that this one may look into, by rising process
 * number as far as /proc gives it. Returns how many processes it may not look into (those of other
 * users, mostly); kernel threads, which hold no sockets of programs, are not counted. */
size_t process_walk_sockets(process_socket_fn *function, void *context);

/* A descriptor of our own for a socket of another process, which can then be asked with
 * getsockopt(); to be closed soon, for the socket lives as long as it. -EPERM: not permitted, as
 * for a debugger (ptrace(2)); -ENOSYS: a kernel before 5.6; another -errno: it is gone. */
int process_copy_socket(const struct process_socket *socket);

/* The name of a process as it stands in /proc/PID/comm, not escaped; "?" if it is gone. */
const char *process_read_name(pid_t pid, char name[static PROCESS_NAME_SIZE]);

/* Adds "python3 (process 1234)", escaped. */
void process_describe(struct text *text, pid_t pid);

/* The same; of one that is not visible to us (pid 0) "a process of user 1000". */
void process_describe_owner(struct text *text, pid_t pid, unsigned uid);

/* Adds its command line, the arguments separated by spaces, not escaped; nothing if it is gone. */
void process_add_command(struct text *text, pid_t pid);

#endif
