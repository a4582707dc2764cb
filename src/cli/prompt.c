/* libedit keeps the line and draws it; the bytes come from the loop, one whole key at a time, so
 * that it never waits. How many rows of the screen the line takes is computed here as libedit does
 * it, because it has no function that erases what it drew. */
#include "prompt.h"

#include "config.h"

#ifdef HAVE_LIBEDIT

#include "keys.h"

#include <errno.h>
#include <histedit.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>
#include <wctype.h>

enum { BYTES_MAX = 4096, HISTORY_MAX = 1000, TAB_WIDTH = 8, CONTROL_D = 4, CONTROL_X = 24 };

struct prompt {
	struct session *session;
	const char *text;
	const struct input_events *events;
	void *context;
	EditLine *editor;
	HistoryW *history;
	FILE *in, *out;
	struct termios original;
	int signals; /* signalfd for what happens to terminals */
	sigset_t signal_set;
	char bytes[BYTES_MAX]; /* read, not yet pressed */
	size_t size;
	struct key key; /* being pressed */
	size_t key_next;
	wchar_t *before; /* the line before that key */
	size_t before_size, before_cursor;
	wchar_t typed[2]; /* the character that insert_typed() is to insert, or none */
	bool is_editing;
	bool is_refused;   /* that key: the line would not have fitted the screen */
	bool is_cut;       /* the line: the screen became too small for it */
	bool lacks_typing; /* characters typed for this line were refused */
	struct loop_timer resume;
	bool is_shown, was_shown;
	bool is_paused, is_ended;
	bool is_pressing;
};

/* ---- Showing and hiding ---- */

/* Columns of one character that begins in the given column, as libedit draws it. */
static size_t width_of(wchar_t c, size_t column)
{
	int width;

	if (c == L'\t')
		return TAB_WIDTH - column % TAB_WIDTH;
	if (iswcntrl((wint_t)c) && c < 0x80)
		return 2; /* ^A */
	width = wcwidth(c);
	if (width >= 0 && iswprint((wint_t)c))
		return (size_t)width;
	return c > 0xffff ? 8 : 7; /* \U+12345 */
}

static size_t advance(size_t position, wchar_t c, size_t columns)
{
	size_t width = width_of(c, position % columns);

	if (c != L'\t' && width <= columns && position % columns + width > columns)
		position +=
			columns - position % columns; /* what does not fit begins the next row */
	return position + width;
}

/* Of the screen, as libedit knows it. */
static size_t count_of(struct prompt *prompt, const char *what)
{
	int count = 0;

	el_get(prompt->editor, EL_GETTC, what, &count);
	return count > 0 ? (size_t)count : 1;
}

/* What the prompt and the line may take. libedit 3.1 writes past its picture of the screen where a
 * line does not fit (it loses count when that scrolls), so that one row always stays free. */
static size_t room(struct prompt *prompt)
{
	size_t rows = count_of(prompt, "li");

	return count_of(prompt, "co") * (rows > 1 ? rows - 1 : 1);
}

/* The prompt, where it leaves room for the line. */
static const char *text_shown(struct prompt *prompt)
{
	return strlen(prompt->text) + 1 < room(prompt) ? prompt->text : "";
}

/* The cell, counted from the prompt's first one, that follows these characters. */
static size_t end_of(struct prompt *prompt, const wchar_t *line, size_t size)
{
	size_t columns = count_of(prompt, "co");
	size_t position = 0;

	for (const char *c = text_shown(prompt); *c; c++)
		position = advance(position, (wchar_t)*c, columns);
	for (size_t i = 0; i < size; i++)
		position = advance(position, line[i], columns);
	return position;
}

/* The row in which the cursor stands; 0 is the one with the prompt. */
static size_t cursor_row(struct prompt *prompt)
{
	const LineInfoW *line = el_wline(prompt->editor);
	size_t rows = count_of(prompt, "li");
	size_t row = end_of(prompt, line->buffer, (size_t)(line->cursor - line->buffer)) /
		     count_of(prompt, "co");

	return row >= rows ? rows - 1 : row;
}

static void hide(struct prompt *prompt)
{
	size_t row;

	if (!prompt->is_shown)
		return;
	row = cursor_row(prompt);
	if (row > 0)
		fprintf(prompt->out, "\033[%zuA", row);
	fputs("\r\033[J", prompt->out);
	fflush(prompt->out);
	prompt->is_shown = false;
}

static bool is_stopped(const struct prompt *prompt)
{
	return prompt->is_paused || prompt->is_ended || prompt->session->is_ended;
}

static void show(struct prompt *prompt)
{
	if (prompt->is_shown || is_stopped(prompt))
		return;
	prompt->is_shown = true;
	el_set(prompt->editor, EL_REFRESH);
}

static void before_output(void *context)
{
	struct prompt *prompt = context;

	prompt->was_shown = prompt->is_shown;
	hide(prompt);
}

static void after_output(void *context)
{
	struct prompt *prompt = context;

	if (prompt->was_shown)
		show(prompt);
}

/* ---- Lines that do not fit the screen ---- */

static size_t line_size(struct prompt *prompt)
{
	const LineInfoW *line = el_wline(prompt->editor);

	return (size_t)(line->lastchar - line->buffer);
}

static bool fits(struct prompt *prompt)
{
	return end_of(prompt, el_wline(prompt->editor)->buffer, line_size(prompt)) < room(prompt);
}

/* A character that is typed is drawn before the line can be looked at. */
static bool has_room_for(struct prompt *prompt, wchar_t c)
{
	size_t end = end_of(prompt, el_wline(prompt->editor)->buffer, line_size(prompt));

	return advance(end, c, count_of(prompt, "co")) < room(prompt);
}

static bool keep_line(struct prompt *prompt)
{
	const LineInfoW *line = el_wline(prompt->editor);
	size_t size = line_size(prompt);
	wchar_t *copy = realloc(prompt->before, (size + 1) * sizeof *copy);

	if (!copy)
		return false;
	memcpy(copy, line->buffer, size * sizeof *copy);
	copy[size] = L'\0';
	prompt->before = copy;
	prompt->before_size = size;
	prompt->before_cursor = (size_t)(line->cursor - line->buffer);
	return true;
}

static void restore_line(struct prompt *prompt)
{
	EditLine *editor = prompt->editor;

	el_cursor(editor, (int)line_size(prompt));
	el_wdeletestr(editor, (int)line_size(prompt));
	el_winsertstr(editor, prompt->before);
	el_cursor(editor, (int)prompt->before_cursor - (int)prompt->before_size);
	prompt->is_refused = true;
}

static void remember(struct prompt *prompt, const wchar_t *line, size_t size);

/* The whole line can be had from the history when the screen is large enough again. */
static void cut_line(struct prompt *prompt)
{
	const LineInfoW *line = el_wline(prompt->editor);
	size_t size = line_size(prompt), fitting = size;

	remember(prompt, line->buffer, size);
	while (fitting > 0 && end_of(prompt, line->buffer, fitting) >= room(prompt))
		fitting--;
	el_cursor(prompt->editor, (int)size);
	el_wdeletestr(prompt->editor, (int)(size - fitting));
	prompt->is_cut = true;
}

/* libedit asks for the prompt whenever it is about to draw the line anew, whatever made the line
 * longer: the history, a yank, a count, a smaller screen. */
static char *prompt_text(EditLine *editor)
{
	static char nothing[] = "";
	struct prompt *prompt;

	el_get(editor, EL_CLIENTDATA, &prompt);
	if (!fits(prompt) && prompt->is_editing)
		restore_line(prompt);
	if (!fits(prompt))
		cut_line(prompt);
	return prompt->is_shown ? (char *)(uintptr_t)text_shown(prompt) : nothing;
}

static void tell_room(struct prompt *prompt, const char *what)
{
	session_error(prompt->session,
		      "%s: a line may take %zu columns on a screen of %zu x %zu; longer ones come "
		      "from a file or a pipe",
		      what, room(prompt) - 1 - strlen(text_shown(prompt)), count_of(prompt, "co"),
		      count_of(prompt, "li"));
}

static void tell_cut(struct prompt *prompt)
{
	if (!prompt->is_cut)
		return;
	prompt->is_cut = false;
	prompt->lacks_typing = true;
	tell_room(prompt, "the line was cut to what fits, and is whole in the history (Up)");
}

/* ---- Keys ---- */

/* libedit asks for the next character. It gets those of one key, and then the end of them. */
static int next_character(EditLine *editor, wchar_t *c)
{
	struct prompt *prompt;

	el_get(editor, EL_CLIENTDATA, &prompt);
	if (prompt->key_next == prompt->key.meaning_size)
		return 0;
	*c = prompt->key.meaning[prompt->key_next++];
	return 1;
}

static void edit(struct prompt *prompt, const struct key *key)
{
	int count;

	prompt->key = *key;
	prompt->key_next = 0;
	el_wgets(prompt->editor, &count);
}

/* What libedit does when a character is typed loses count of the rows where a line wraps
 * (re_fastputc()), so that it then goes by a key of its own, and the line is drawn from
 * what it is. */
static unsigned char insert_typed(EditLine *editor, wint_t key)
{
	struct prompt *prompt;

	(void)key;
	el_get(editor, EL_CLIENTDATA, &prompt);
	if (!prompt->typed[0] || el_winsertstr(editor, prompt->typed) < 0)
		return CC_ERROR;
	return CC_REFRESH;
}

static void type(struct prompt *prompt, wchar_t c)
{
	static const struct key insert = {.meaning = {CONTROL_X}, .meaning_size = 1};

	prompt->typed[0] = c;
	edit(prompt, &insert);
	prompt->typed[0] = L'\0';
}

static bool stays_in_first_row(struct prompt *prompt)
{
	size_t end = end_of(prompt, el_wline(prompt->editor)->buffer, line_size(prompt));

	return end + TAB_WIDTH < count_of(prompt, "co");
}

static bool is_typing(const struct key *key)
{
	return key->meaning_size == 1 &&
	       (key->meaning[0] == L'\t' || !iswcntrl((wint_t)key->meaning[0]));
}

static void refuse(struct prompt *prompt, const struct key *key)
{
	el_beep(prompt->editor);
	if (is_typing(key) && prompt->lacks_typing)
		return; /* it is said once a line */
	prompt->lacks_typing |= is_typing(key);
	tell_room(prompt, is_typing(key) ? "the line is full, and what is typed is not taken"
					 : "that would make the line too long");
}

static void edit_within_screen(struct prompt *prompt, const struct key *key)
{
	prompt->is_refused =
		!keep_line(prompt) || (is_typing(key) && !has_room_for(prompt, key->meaning[0]));
	if (!prompt->is_refused) {
		prompt->is_editing = true;
		if (is_typing(key) && !stays_in_first_row(prompt))
			type(prompt, key->meaning[0]);
		else
			edit(prompt, key);
		prompt->is_editing = false;
	}
	if (prompt->is_refused)
		refuse(prompt, key);
	else if (prompt->before_size > line_size(prompt))
		prompt->lacks_typing = false; /* it was seen, and is being dealt with */
	tell_cut(prompt);
}

static void add_character(struct text *text, wchar_t c)
{
	uint32_t value = (uint32_t)c;
	unsigned char bytes[4];
	size_t size = value < 0x80 ? 1 : value < 0x800 ? 2 : value < 0x10000 ? 3 : 4;

	bytes[0] = (unsigned char)value;
	if (size > 1) {
		for (size_t i = size - 1; i > 0; i--, value >>= 6)
			bytes[i] = (unsigned char)(0x80 | (value & 0x3f));
		bytes[0] = (unsigned char)(0xf00 >> size | value);
	}
	text_add(text, bytes, size);
}

static void remember(struct prompt *prompt, const wchar_t *line, size_t size)
{
	wchar_t *copy = calloc(size + 1, sizeof *copy);
	HistEventW event;

	if (!copy)
		return;
	memcpy(copy, line, size * sizeof *copy);
	if (size > 0)
		history_w(prompt->history, &event, H_ENTER, copy);
	free(copy);
}

/* Leaves the line on the screen and the editor with an empty one. */
static void take_line(struct prompt *prompt, struct text *text)
{
	static const struct key enter = {.meaning = {L'\n'}, .meaning_size = 1};
	const LineInfoW *line = el_wline(prompt->editor);

	for (const wchar_t *c = line->buffer; c < line->lastchar; c++)
		add_character(text, *c);
	remember(prompt, line->buffer, (size_t)(line->lastchar - line->buffer));
	edit(prompt, &enter);
	prompt->lacks_typing = false;
	prompt->is_shown = false;
	el_set(prompt->editor, EL_UNBUFFERED, 0);
	el_set(prompt->editor, EL_UNBUFFERED, 1);
}

/* A line of which a part was refused, most likely pasted, must not go by itself. */
static void accept_line(struct prompt *prompt)
{
	struct text text = {0};
	struct error error;

	if (prompt->lacks_typing) {
		prompt->lacks_typing = false;
		session_error(prompt->session,
			      "not all of this line was taken; Enter again takes what is shown");
		return;
	}
	take_line(prompt, &text);
	if (text.size > INPUT_LINE_MAX || text.failed) {
		error_set(&error, text.failed ? HOSTCAST_NO_MEMORY : HOSTCAST_TOO_LARGE,
			  "the line is longer than %d bytes", INPUT_LINE_MAX);
		session_fail(prompt->session, &error);
	} else {
		prompt->events->line(prompt->context, text_string(&text), text.size);
	}
	text_done(&text);
}

static void restore_terminal(struct prompt *prompt)
{
	hide(prompt);
	el_set(prompt->editor, EL_PREP_TERM, 0);
	tcsetattr(STDIN_FILENO, TCSADRAIN, &prompt->original);
}

static void finish(struct prompt *prompt)
{
	prompt->is_ended = true;
	restore_terminal(prompt);
	loop_forget(prompt->session->loop, STDIN_FILENO);
	prompt->events->end(prompt->context);
}

static bool is_empty(struct prompt *prompt)
{
	const LineInfoW *line = el_wline(prompt->editor);

	return line->buffer == line->lastchar;
}

static void press(struct prompt *prompt, const struct key *key)
{
	wchar_t c = key->meaning[0];

	if (key->meaning_size == 0)
		return;
	show(prompt);
	if (c == L'\r' || c == L'\n')
		accept_line(prompt);
	else if (c == CONTROL_D && is_empty(prompt))
		finish(prompt);
	else
		edit_within_screen(prompt, key);
}

static void press_all(struct prompt *prompt)
{
	size_t next = 0;

	prompt->is_pressing = true;
	while (!is_stopped(prompt) && next < prompt->size) {
		struct key key = key_take(prompt->bytes + next, prompt->size - next);

		if (key.length == 0)
			break;
		next += key.length;
		press(prompt, &key);
	}
	prompt->is_pressing = false;
	prompt->size -= next;
	memmove(prompt->bytes, prompt->bytes + next, prompt->size);
	show(prompt);
}

static void on_bytes(void *context, uint32_t events)
{
	struct prompt *prompt = context;
	ssize_t size;

	(void)events;
	size = read(STDIN_FILENO, prompt->bytes + prompt->size, BYTES_MAX - prompt->size);
	if (size < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (size <= 0) { /* the terminal is gone */
		finish(prompt);
		return;
	}
	prompt->size += (size_t)size;
	press_all(prompt);
}

static void on_resume(void *context)
{
	press_all(context);
}

static void watch_keys(struct prompt *prompt)
{
	struct error error;

	if (loop_watch(prompt->session->loop, STDIN_FILENO, EPOLLIN, on_bytes, prompt, &error) < 0)
		session_fail(prompt->session, &error);
}

void prompt_pause(struct prompt *prompt)
{
	if (prompt->is_paused || prompt->is_ended)
		return;
	hide(prompt);
	prompt->is_paused = true;
	loop_forget(prompt->session->loop, STDIN_FILENO);
}

void prompt_resume(struct prompt *prompt)
{
	struct loop *loop = prompt->session->loop;

	if (!prompt->is_paused || prompt->is_ended)
		return;
	prompt->is_paused = false;
	watch_keys(prompt);
	if (!prompt->is_pressing)
		loop_set_timer(loop, &prompt->resume, loop_now(loop));
}

/* ---- What happens to terminals ---- */

/* The line is drawn again with the new width. Terminals wrap what they show again by themselves,
 * so the row is counted with that width, too. */
static void resize(struct prompt *prompt)
{
	bool is_shown = prompt->is_shown;

	el_resize(prompt->editor);
	hide(prompt);
	if (is_shown)
		show(prompt);
	tell_cut(prompt);
}

/* ^Z: the shell gets a usable terminal, and the line comes back with the program. */
static void suspend(struct prompt *prompt)
{
	bool is_shown = prompt->is_shown;

	restore_terminal(prompt);
	kill(getpid(), SIGSTOP);
	el_set(prompt->editor, EL_PREP_TERM, 1);
	el_resize(prompt->editor);
	if (is_shown)
		show(prompt);
	tell_cut(prompt);
}

static void on_signal(void *context, uint32_t events)
{
	struct prompt *prompt = context;
	struct signalfd_siginfo info;

	(void)events;
	if (read(prompt->signals, &info, sizeof info) != sizeof info || prompt->is_ended)
		return;
	if (info.ssi_signo == SIGWINCH)
		resize(prompt);
	else if (info.ssi_signo == SIGTSTP)
		suspend(prompt);
	/* SIGHUP: reading tells that the terminal is gone, which is the end of input */
}

/* ---- Beginning and ending ---- */

static bool can_move_cursor(EditLine *editor)
{
	char *up = NULL, *clear = NULL;

	return el_get(editor, EL_GETTC, "up", &up) == 0 && up && *up &&
	       el_get(editor, EL_GETTC, "cd", &clear) == 0 && clear && *clear;
}

/* Nothing is left for which libedit would wait for another key. */
static void bind_keys(EditLine *editor)
{
	static const char *const keys[] = {"^V", "^Q", "^R", "^S", "^X", "\\ex", "\\eX"};

	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
		el_set(editor, EL_BIND, keys[i], "ed-unassigned", NULL);
	el_set(editor, EL_BIND, "^I", "ed-insert", NULL);
	el_wset(editor, EL_ADDFN, L"insert-typed", L"Insert a character", insert_typed);
	el_set(editor, EL_BIND, "^X", "insert-typed", NULL);
	el_set(editor, EL_BIND, "\\e^D", "ed-delete-next-char", NULL);
}

static bool set_up_editor(struct prompt *prompt)
{
	HistEventW event;
	int in = dup(STDIN_FILENO);
	int out = dup(isatty(STDOUT_FILENO) ? STDOUT_FILENO : STDERR_FILENO);

	if (in >= 0)
		prompt->in = fdopen(in, "r");
	if (out >= 0)
		prompt->out = fdopen(out, "w");
	prompt->history = history_winit();
	if (!prompt->in || !prompt->out || !prompt->history)
		return false;
	prompt->editor = el_init("hostcast", prompt->in, prompt->out, prompt->out);
	if (!prompt->editor || !can_move_cursor(prompt->editor))
		return false;
	history_w(prompt->history, &event, H_SETSIZE, HISTORY_MAX);
	history_w(prompt->history, &event, H_SETUNIQUE, 1);
	el_set(prompt->editor, EL_CLIENTDATA, prompt);
	el_set(prompt->editor, EL_EDITOR, "emacs");
	el_set(prompt->editor, EL_PROMPT, prompt_text);
	el_set(prompt->editor, EL_SIGNAL, 0);
	el_set(prompt->editor, EL_GETCFN, next_character);
	el_wset(prompt->editor, EL_HIST, history_w, prompt->history);
	el_set(prompt->editor, EL_SETTY, "-d", "-ixon", NULL); /* ^S would stop the program, too */
	bind_keys(prompt->editor);
	return true;
}

static bool catch_signals(struct prompt *prompt)
{
	struct error error;

	sigemptyset(&prompt->signal_set);
	sigaddset(&prompt->signal_set, SIGWINCH);
	sigaddset(&prompt->signal_set, SIGTSTP);
	sigaddset(&prompt->signal_set, SIGHUP);
	if (sigprocmask(SIG_BLOCK, &prompt->signal_set, NULL) < 0)
		return false;
	prompt->signals = signalfd(-1, &prompt->signal_set, SFD_NONBLOCK | SFD_CLOEXEC);
	return prompt->signals >= 0 && loop_watch(prompt->session->loop, prompt->signals, EPOLLIN,
						  on_signal, prompt, &error) == 0;
}

static bool is_possible(void)
{
	const char *terminal = getenv("TERM");

	return isatty(STDIN_FILENO) && (isatty(STDOUT_FILENO) || isatty(STDERR_FILENO)) &&
	       terminal && *terminal && strcmp(terminal, "dumb") != 0;
}

struct prompt *prompt_new(struct session *session, const char *text,
			  const struct input_events *events, void *context)
{
	struct prompt *prompt = is_possible() ? calloc(1, sizeof *prompt) : NULL;

	if (!prompt)
		return NULL;
	*prompt = (struct prompt){.session = session,
				  .text = text,
				  .events = events,
				  .context = context,
				  .signals = -1,
				  .resume = {.function = on_resume, .context = prompt}};
	sigemptyset(&prompt->signal_set);
	/* What we print is UTF-8 in any case, and so is what today's terminals send. */
	if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
		setlocale(LC_CTYPE, "C.UTF-8");
	if (tcgetattr(STDIN_FILENO, &prompt->original) < 0 || !set_up_editor(prompt) ||
	    !catch_signals(prompt)) {
		prompt_free(prompt);
		return NULL;
	}
	el_set(prompt->editor, EL_UNBUFFERED, 1);
	session->prompt = prompt;
	session->hide_prompt = before_output;
	session->show_prompt = after_output;
	watch_keys(prompt);
	show(prompt);
	return prompt;
}

/* Those that came meanwhile, lest they act when they are no longer blocked. */
static void drop_signals(struct prompt *prompt)
{
	struct signalfd_siginfo info;

	while (prompt->signals >= 0 && read(prompt->signals, &info, sizeof info) > 0)
		;
}

void prompt_free(struct prompt *prompt)
{
	struct loop *loop = prompt->session->loop;

	loop_forget(loop, STDIN_FILENO);
	loop_forget(loop, prompt->signals);
	loop_stop_timer(loop, &prompt->resume);
	if (prompt->editor) {
		restore_terminal(prompt);
		el_set(prompt->editor, EL_EDITMODE, 0); /* or el_end() drops what is typed ahead */
		el_end(prompt->editor);
	}
	if (prompt->session->prompt == prompt) {
		prompt->session->hide_prompt = NULL;
		prompt->session->show_prompt = NULL;
		prompt->session->prompt = NULL;
	}
	free(prompt->before);
	if (prompt->history)
		history_wend(prompt->history);
	if (prompt->in)
		fclose(prompt->in);
	if (prompt->out)
		fclose(prompt->out);
	drop_signals(prompt);
	if (prompt->signals >= 0)
		close(prompt->signals);
	sigprocmask(SIG_UNBLOCK, &prompt->signal_set, NULL);
	free(prompt);
}

#else /* without libedit */

struct prompt *prompt_new(struct session *session, const char *text,
			  const struct input_events *events, void *context)
{
	(void)session, (void)text, (void)events, (void)context;
	return NULL;
}

void prompt_free(struct prompt *prompt)
{
	(void)prompt;
}

void prompt_pause(struct prompt *prompt)
{
	(void)prompt;
}

void prompt_resume(struct prompt *prompt)
{
	(void)prompt;
}

#endif
