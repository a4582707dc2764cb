#include "screen.h"

#include "config.h"

#ifdef HAVE_NCURSES

#include "run/clock.h"

#include <ncurses.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <term.h> /* after all others: it defines common words as macros */

/* So long changes are gathered before they are drawn. */
#define DRAW_DELAY_NS (100 * NS_PER_MS)

enum {
	TIME_AT = 11, /* a line of the log begins with the date */
	INDENT = 16, /* what does not fit into one row goes on under what stands behind the time, */
	EVENT_ROWS_MAX = 4, /* in so many rows at the most */
};

struct screen {
	struct watch *watch;
	SCREEN *terminal;
	int signals; /* signalfd for what happens to terminals */
	sigset_t signal_set;
	struct loop_timer draw;
	enum rows_order order;
	bool is_paused;
	int top; /* the first row that is shown */
	struct text rows;
};

/* ---- Drawing ---- */

static void draw_line(int row, const char *line, size_t size, int attribute)
{
	attrset(attribute);
	mvaddnstr(row, 0, line, (int)(size < (size_t)COLS ? size : (size_t)COLS));
	attrset(A_NORMAL);
}

static void draw_title(const struct screen *screen)
{
	const struct watch *watch = screen->watch;
	struct text line = {0};

	text_addf(&line, "hostcast watch%s: ", screen->is_paused ? ", PAUSED" : "");
	if (watch->wire)
		wire_describe(watch->wire, &line);
	else
		text_add_string(&line, watch->sockets ? "joined groups (not captured)"
						      : "this host's memberships");
	text_addf(&line, "  %llu packets, %llu dropped  [q]uit [p]ause [s]ort: %s",
		  (unsigned long long)watch->packets, (unsigned long long)watch_dropped(watch),
		  rows_order_name(screen->order));
	for (int i = (int)line.size; i < COLS; i++)
		text_add_string(&line, " ");
	draw_line(0, line.bytes, line.size, A_REVERSE);
	text_done(&line);
}

static int count_rows(const struct text *rows)
{
	int count = 0;

	for (size_t i = 0; i < rows->size; i++)
		count += rows->bytes[i] == '\n';
	return count;
}

/* A row of the text, with its LF. */
static void draw_row(int row, const char *line, const char *end)
{
	bool is_heading = *line == '#';

	draw_line(row, line + is_heading, (size_t)(end - line) - is_heading,
		  is_heading ? A_BOLD : A_NORMAL);
}

/* Rows of the text from `top` on, between two rows of the screen. The heading of what is shown
 * stays, in place of the first of them. */
static void draw_rows(const struct text *rows, int top, int first, int end)
{
	const char *at = rows->bytes, *stop = rows->bytes + rows->size, *heading = at;

	for (int number = 0; at < stop && first < end; number++) {
		const char *line_end = memchr(at, '\n', (size_t)(stop - at));

		if (*at == '#')
			heading = at;
		if (number == top)
			draw_row(first++, heading, memchr(heading, '\n', (size_t)(stop - heading)));
		else if (number > top)
			draw_row(first++, at, line_end);
		at = line_end + 1;
	}
}

/* An event in rows, of which a screen that is too narrow does not show the last. */
struct wrapped {
	const char *rows[EVENT_ROWS_MAX];
	int sizes[EVENT_ROWS_MAX];
	int count;
};

/* How much of a line goes into a row: whole words, if it can be. */
static int fitting(const char *line, int width)
{
	int size = (int)strlen(line);

	if (size <= width)
		return size;
	for (int at = width; at > 0; at--)
		if (line[at] == ' ')
			return at;
	return width;
}

static struct wrapped wrap_event(const struct event_log *log, size_t number)
{
	const char *line = event_log_line(log, number) + TIME_AT;
	struct wrapped event = {.count = 0};

	for (int width = COLS; *line && width > 0 && event.count < EVENT_ROWS_MAX;
	     width = COLS - INDENT) {
		int size = fitting(line, width);

		event.rows[event.count] = line;
		event.sizes[event.count++] = size;
		line += size + (line[size] == ' ');
	}
	return event;
}

/* The last ones, the newest at the end. */
static void draw_events(const struct event_log *log, int first, int end)
{
	for (size_t i = log->count; i-- > 0 && end > first;) {
		struct wrapped event = wrap_event(log, i);

		if (event.count > end - first)
			event.count = end - first;
		end -= event.count;
		for (int row = 0; row < event.count; row++)
			mvaddnstr(end + row, row > 0 ? INDENT : 0, event.rows[row],
				  event.sizes[row]);
	}
}

/* Between title and events there is always a row. */
static int event_rows(const struct event_log *log)
{
	int most = LINES / 3 < EVENT_LOG_LINES ? LINES / 3 : EVENT_LOG_LINES, rows = 0;

	for (size_t i = 0; i < log->count; i++)
		rows += wrap_event(log, i).count;
	return rows < most ? rows : most;
}

static void draw(struct screen *screen)
{
	const struct event_log *log = &screen->watch->log;
	int events = event_rows(log), end = LINES - events - (events > 0), count;

	if (!screen->is_paused) {
		text_clear(&screen->rows);
		rows_write(&screen->rows, screen->watch, screen->order, clock_realtime_ns());
	}
	count = count_rows(&screen->rows);
	if (screen->top > count - (end - 1))
		screen->top = count - (end - 1);
	if (screen->top < 0)
		screen->top = 0;
	erase();
	draw_title(screen);
	draw_rows(&screen->rows, screen->top, 1, end);
	if (events > 0) {
		draw_line(end, "EVENTS", strlen("EVENTS"), A_BOLD);
		draw_events(log, end + 1, LINES);
	}
	refresh();
}

static void on_draw(void *context)
{
	draw(context);
}

void screen_touch(struct screen *screen)
{
	struct loop *loop = screen->watch->session.loop;

	if (!screen->draw.is_set)
		loop_set_timer(loop, &screen->draw, monotime_add(loop_now(loop), DRAW_DELAY_NS));
}

/* ---- Keys and signals ---- */

static void press(struct screen *screen, int key)
{
	switch (key) {
	case 'q':
	case 'Q':
		session_end(&screen->watch->session, EXIT_DONE);
		break;
	case 'p':
	case ' ':
		screen->is_paused = !screen->is_paused;
		break;
	case 's':
		screen->order = (screen->order + 1) % ROWS_ORDERS;
		break;
	case KEY_UP:
		screen->top--;
		break;
	case KEY_DOWN:
		screen->top++;
		break;
	case KEY_PPAGE:
		screen->top -= LINES / 2;
		break;
	case KEY_NPAGE:
		screen->top += LINES / 2;
		break;
	case KEY_HOME:
		screen->top = 0;
		break;
	default:
		break;
	}
}

static void on_keys(void *context, uint32_t events)
{
	struct screen *screen = context;
	int key;

	while ((key = getch()) != ERR)
		press(screen, key);
	if (events & (EPOLLHUP | EPOLLERR)) /* the terminal is gone */
		session_end(&screen->watch->session, EXIT_DONE);
	else if (!screen->watch->session.is_ended)
		draw(screen);
}

static void resize(struct screen *screen)
{
	struct winsize size;

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_row > 0 && size.ws_col > 0)
		resizeterm(size.ws_row, size.ws_col);
	clearok(stdscr, TRUE);
	draw(screen);
}

/* ^Z: the shell gets a usable terminal, and the screen comes back with the program. */
static void suspend(struct screen *screen)
{
	endwin();
	kill(getpid(), SIGSTOP);
	resize(screen);
}

static void on_signal(void *context, uint32_t events)
{
	struct screen *screen = context;
	struct signalfd_siginfo info;

	(void)events;
	if (read(screen->signals, &info, sizeof info) != sizeof info)
		return;
	if (info.ssi_signo == SIGWINCH)
		resize(screen);
	else if (info.ssi_signo == SIGTSTP)
		suspend(screen);
	else /* SIGHUP, SIGQUIT: not without the terminal as it was */
		session_end(&screen->watch->session, EXIT_DONE);
}

/* ---- Beginning and ending ---- */

static int catch_signals(struct screen *screen, struct error *error)
{
	static const int signals[] = {SIGWINCH, SIGTSTP, SIGHUP, SIGQUIT};

	sigemptyset(&screen->signal_set);
	for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++)
		sigaddset(&screen->signal_set, signals[i]);
	sigprocmask(SIG_BLOCK, &screen->signal_set, NULL);
	screen->signals = signalfd(-1, &screen->signal_set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (screen->signals < 0)
		return error_set(error, HOSTCAST_SYSTEM, "cannot catch signals");
	return loop_watch(screen->watch->session.loop, screen->signals, EPOLLIN, on_signal, screen,
			  error);
}

/* What is said to the user goes to the terminal as it was, and stands there at the end. */
static void before_output(void *context)
{
	(void)context;
	endwin();
}

static void after_output(void *context)
{
	draw(context);
}

static void set_up(void)
{
	cbreak();
	noecho();
	nonl();
	nodelay(stdscr, TRUE);
	keypad(stdscr, TRUE);
	set_escdelay(25);
	curs_set(0);
}

/* What moves the cursor of this kind of terminal, if anything does. */
static bool can_move_cursor(void)
{
	const char *sequence;
	int result;

	if (setupterm(NULL, STDOUT_FILENO, &result) == ERR)
		return false;
	sequence = tigetstr("cup");
	del_curterm(cur_term);
	return sequence && sequence != (const char *)-1; /* not known, or no string */
}

static bool is_possible(void)
{
	return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && can_move_cursor();
}

struct screen *screen_new(struct watch *watch)
{
	struct screen *screen = is_possible() ? calloc(1, sizeof *screen) : NULL;
	struct session *session = &watch->session;
	struct error error;

	if (!screen)
		return NULL;
	*screen = (struct screen){
		.watch = watch,
		.signals = -1,
		.draw = {.function = on_draw, .context = screen},
	};
	/* Before ncurses looks which signals nobody else catches. */
	if (catch_signals(screen, &error) == 0)
		screen->terminal = newterm(NULL, stdout, stdin);
	if (!screen->terminal ||
	    loop_watch(session->loop, STDIN_FILENO, EPOLLIN, on_keys, screen, &error) < 0) {
		screen_free(screen);
		return NULL;
	}
	set_up();
	session->prompt = screen;
	session->hide_prompt = before_output;
	session->show_prompt = after_output;
	screen_touch(screen);
	return screen;
}

/* Those that came meanwhile, lest they act when they are no longer blocked. */
static void drop_signals(struct screen *screen)
{
	struct signalfd_siginfo info;

	while (screen->signals >= 0 && read(screen->signals, &info, sizeof info) > 0)
		;
}

void screen_free(struct screen *screen)
{
	struct session *session;

	if (!screen)
		return;
	session = &screen->watch->session;
	if (screen->terminal) {
		endwin();
		delscreen(screen->terminal);
	}
	if (session->prompt == screen) {
		session->hide_prompt = session->show_prompt = NULL;
		session->prompt = NULL;
	}
	loop_forget(session->loop, STDIN_FILENO);
	loop_forget(session->loop, screen->signals);
	loop_stop_timer(session->loop, &screen->draw);
	drop_signals(screen);
	if (screen->signals >= 0)
		close(screen->signals);
	sigprocmask(SIG_UNBLOCK, &screen->signal_set, NULL);
	text_done(&screen->rows);
	free(screen);
}

#else

struct screen *screen_new(struct watch *watch)
{
	(void)watch;
	return NULL;
}

void screen_free(struct screen *screen)
{
	(void)screen;
}

void screen_touch(struct screen *screen)
{
	(void)screen;
}

#endif
