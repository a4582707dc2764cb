#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void write_text(struct error *error, int code, const char *format, va_list arguments)
{
	error->code = code;
	vsnprintf(error->text, sizeof error->text, format, arguments);
}

int error_set(struct error *error, int code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	write_text(error, code, format, arguments);
	va_end(arguments);
	return code;
}

int error_system(struct error *error, int code, int system, const char *format, ...)
{
	va_list arguments;
	size_t used;

	va_start(arguments, format);
	write_text(error, code, format, arguments);
	va_end(arguments);
	used = strlen(error->text);
	snprintf(error->text + used, sizeof error->text - used, ": %s", strerror(system));
	return code;
}
