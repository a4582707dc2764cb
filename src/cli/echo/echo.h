/* The two sides of hostcast echo; each runs with its own argv and returns an exit status. */
#ifndef ECHO_ECHO_H
#define ECHO_ECHO_H

int echo_serve(int argc, char **argv);
int echo_send(int argc, char **argv);

#endif
