"""What a terminal shows after a program wrote to it: the part of xterm that line editing uses.

    rows_shown(terminal.screen, columns=80)

What it does not know is an error, so that no test passes by mistake.
"""

import re
import unicodedata

TOKEN = re.compile(r'\x1b\[(?P<parameters>[\d;?]*)(?P<final>[@-~])|\x1b(?P<escape>[^\[])|(?P<control>[\x00-\x1f\x7f])'
                   r'|(?P<character>.)', re.DOTALL)


def rows_shown(output, columns=80, rows=24):
    """The rows of the screen, without trailing spaces and without the empty rows at the end."""
    screen = Screen(columns, rows)
    screen.write(output)
    return screen.rows_shown


class Screen:
    def __init__(self, columns=80, rows=24):
        self.columns = columns
        self.rows = rows
        self.row = self.column = 0
        self._cells = [self._empty_row()]

    @property
    def rows_shown(self):
        shown = [''.join(row).rstrip() for row in self._cells]
        while shown and not shown[-1]:
            shown.pop()
        return shown

    def write(self, output):
        for token in TOKEN.finditer(output):
            if token['final']:
                self._sequence(token['parameters'], token['final'])
            elif token['control']:
                self._control(token['control'])
            elif token['character']:
                self._put(token['character'])
            else:
                raise NotImplementedError(f'escape sequence {token[0]!r}')

    def resize(self, columns):
        """Rows are cut off or made longer, as xterm does it; other terminals wrap them anew."""
        self.columns = columns
        self._cells = [(row + self._empty_row())[:columns] for row in self._cells]
        self.column = min(self.column, columns - 1)

    def _empty_row(self):
        return [' '] * self.columns

    def _put(self, character):
        width = 2 if unicodedata.east_asian_width(character) in 'WF' else 1
        if self.column + width > self.columns:  # also: the wrap that waited for a character
            self.column = 0
            self._line_feed()
        self._cells[self.row][self.column:self.column + width] = [character] + [''] * (width - 1)
        self.column += width

    def _line_feed(self):
        self.row += 1
        if self.row == len(self._cells):
            self._cells.append(self._empty_row())
        if self.row == self.rows:
            self.row -= 1
            self._cells.pop(0)

    def _control(self, control):
        if control == '\r':
            self.column = 0
        elif control == '\n':
            self._line_feed()
        elif control == '\b':
            self.column = max(min(self.column, self.columns - 1) - 1, 0)
        elif control != '\a':
            raise NotImplementedError(f'control character {control!r}')

    def _sequence(self, parameters, final):
        number = int(parameters or 1) if parameters.isdigit() or not parameters else None
        cells = self._cells[self.row]
        self.column = min(self.column, self.columns - 1)
        if final == 'A' and number:
            self.row = max(self.row - number, 0)
        elif final == 'C' and number:
            self.column = min(self.column + number, self.columns - 1)
        elif final == 'D' and number:
            self.column = max(self.column - number, 0)
        elif final == 'G' and number:
            self.column = min(number, self.columns) - 1
        elif final == 'K' and not parameters:
            cells[self.column:] = self._empty_row()[self.column:]
        elif final == 'J' and not parameters:
            cells[self.column:] = self._empty_row()[self.column:]
            self._cells[self.row + 1:] = []
        elif final == 'P' and number:
            cells[self.column:] = (cells[self.column + number:] + [' '] * number)[:self.columns - self.column]
        elif final == '@' and number:
            cells[self.column:self.column] = [' '] * number
            del cells[self.columns:]
        elif final not in 'hlm':  # modes and colours
            raise NotImplementedError(f'control sequence {parameters}{final}')
