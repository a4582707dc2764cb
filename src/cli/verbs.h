/* The verbs: each runs with its own argv (argv[0] is the verb) and returns an exit status. */
#ifndef CLI_VERBS_H
#define CLI_VERBS_H

int verb_send(int argc, char **argv);
int verb_recv(int argc, char **argv);
int verb_chat(int argc, char **argv);
int verb_echo(int argc, char **argv);
int verb_info(int argc, char **argv);
int verb_capture(int argc, char **argv);
int verb_rdv(int argc, char **argv);
int verb_node(int argc, char **argv);
int verb_status(int argc, char **argv);
int verb_bench(int argc, char **argv);
int verb_sim(int argc, char **argv);
int verb_decode(int argc, char **argv);
int verb_doctor(int argc, char **argv);
int verb_watch(int argc, char **argv);

#endif
