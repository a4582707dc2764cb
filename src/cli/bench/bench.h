/* The two sides of hostcast bench; each runs with its own argv and returns an exit status. */
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

int bench_send(int argc, char **argv);
int bench_recv(int argc, char **argv);

#endif
