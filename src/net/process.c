#include "process.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 64, COMMAND_MAX = 4096, FLAG_KERNEL_THREAD = 0x00200000 }; /* PF_KTHREAD */

static FILE *open_file(pid_t pid, const char *name)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
	return fopen(path, "re");
}

/* ---- Walking ---- */

static bool parse_socket_link(const char *link, uint64_t *inode)
{
	return sscanf(link, "socket:[%" SCNu64 "]", inode) == 1;
}

/* "PID (NAME) STATE ..." where the name may hold anything, so that fields count from its last ')':
 * state, parent, group, session, terminal, its group, flags. */
static bool is_kernel_thread(pid_t pid)
{
	char line[512] = "";
	unsigned flags = 0;
	FILE *file = open_file(pid, "stat");
	const char *rest;

	if (!file)
		return false;
	if (!fgets(line, sizeof line, file))
		line[0] = '\0';
	fclose(file);
	rest = strrchr(line, ')');
	return rest && sscanf(rest, ") %*c %*d %*d %*d %*d %*d %u", &flags) == 1 &&
	       flags & FLAG_KERNEL_THREAD;
}

/* The sockets among the descriptors of a process. False if it may not be looked into; a process
 * that ended meanwhile counts as one without sockets. */
static bool walk_process(pid_t pid, process_socket_fn *function, void *context)
{
	struct process_socket socket = {.pid = pid};
	char path[PATH_SIZE], link[PATH_SIZE];
	struct dirent *entry;
	bool is_permitted = true;
	DIR *directory;

	snprintf(path, sizeof path, "/proc/%d/fd", (int)pid);
	directory = opendir(path);
	if (!directory)
		return errno != EACCES && errno != EPERM;
	while ((entry = readdir(directory))) {
		ssize_t size;

		if (!isdigit((unsigned char)entry->d_name[0]))
			continue;
		size = readlinkat(dirfd(directory), entry->d_name, link, sizeof link - 1);
		if (size < 0 && (errno == EACCES || errno == EPERM))
			is_permitted = false;
		if (size <= 0)
			continue;
		link[size] = '\0';
		socket.fd = atoi(entry->d_name);
		if (parse_socket_link(link, &socket.inode))
			function(context, &socket);
	}
	closedir(directory);
	return is_permitted;
}

size_t process_walk_sockets(process_socket_fn *function, void *context)
{
	DIR *processes = opendir("/proc");
	struct dirent *entry;
	size_t refused = 0;

	if (!processes)
		return 0;
	while ((entry = readdir(processes))) {
		pid_t pid = atoi(entry->d_name);

		if (isdigit((unsigned char)entry->d_name[0]) &&
		    !walk_process(pid, function, context) && !is_kernel_thread(pid))
			refused++;
	}
	closedir(processes);
	return refused;
}

/* ---- One socket ---- */

/* Where /proc belongs to another process namespace (some containers) its numbers are not ours. */
static bool is_proc_ours(void)
{
	char link[PATH_SIZE] = "";
	ssize_t size = readlink("/proc/self", link, sizeof link - 1);

	return size > 0 && atoi(link) == getpid();
}

/* Between the walk and the copy the process may have ended, and its numbers mean another socket. */
static bool is_socket(int fd, uint64_t inode)
{
	struct stat status;

	return fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode) && status.st_ino == inode;
}

int process_copy_socket(const struct process_socket *socket)
{
	int process, fd, failure;

	if (!is_proc_ours())
		return -EPERM;
	process = pidfd_open(socket->pid, 0);
	if (process < 0)
		return -errno;
	fd = pidfd_getfd(process, socket->fd, 0);
	failure = errno;
	close(process);
	if (fd < 0)
		return -failure;
	if (is_socket(fd, socket->inode))
		return fd;
	close(fd);
	return -ESRCH;
}

/* ---- Who it is ---- */

const char *process_read_name(pid_t pid, char name[static PROCESS_NAME_SIZE])
{
	FILE *file = open_file(pid, "comm");
	size_t size;

	strcpy(name, "?");
	if (!file)
		return name;
	size = fread(name, 1, PROCESS_NAME_SIZE - 1, file);
	fclose(file);
	if (size > 0 && name[size - 1] == '\n') /* the one at the end is not part of the name */
		size--;
	if (size == 0)
		return strcpy(name, "?");
	name[size] = '\0';
	return name;
}

void process_describe(struct text *text, pid_t pid)
{
	char name[PROCESS_NAME_SIZE];

	process_read_name(pid, name);
	text_add_escaped(text, name, strlen(name));
	text_addf(text, " (process %d)", (int)pid);
}

void process_describe_owner(struct text *text, pid_t pid, unsigned uid)
{
	if (pid > 0)
		process_describe(text, pid);
	else
		text_addf(text, "a process of user %u", uid);
}

void process_add_command(struct text *text, pid_t pid)
{
	char command[COMMAND_MAX];
	FILE *file = open_file(pid, "cmdline");
	size_t size;

	if (!file)
		return;
	size = fread(command, 1, sizeof command, file);
	fclose(file);
	while (size > 0 && command[size - 1] == '\0')
		size--;
	for (size_t i = 0; i < size; i++)
		if (command[i] == '\0')
			command[i] = ' ';
	text_add(text, command, size);
}
