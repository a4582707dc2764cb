"""What a terminal shows after a program wrote to it that uses all of the screen: the part of xterm that ncurses uses.

    FullScreen.of(terminal.screen).rows

What it does not know is an error, so that no test passes by mistake.
"""

import re

TOKEN = re.compile(r'\x1b\[(?P<parameters>[\d;?]*)(?P<final>[@-~])|\x1b\((?P<set>.)|\x1b(?P<escape>[^\[(])'
                   r'|(?P<control>[\x00-\x1f\x7f])|(?P<character>.)', re.DOTALL)

ALTERNATE = '?1049'


class FullScreen:
    def __init__(self, rows=24, columns=80):
        self.height, self.width = rows, columns
        self.is_taken = False  # the alternate screen shows
        self.has_cursor = True
        self._row = self._column = 0
        self._top, self._bottom = 0, rows  # the region that scrolls
        self._last = ' '
        self._clear()

    @classmethod
    def of(cls, output, rows=24, columns=80):
        """After all of this output but a sequence that has come in part."""
        screen = cls(rows, columns)
        screen.write(re.sub(r'\x1b[\[(]?[\d;?]*$', '', output))
        return screen

    @property
    def rows(self):
        return [''.join(row).rstrip() for row in self._cells]

    @property
    def text(self):
        return '\n'.join(self.rows)

    def write(self, output):
        for token in TOKEN.finditer(output):
            if token['final']:
                self._sequence(token['parameters'], token['final'])
            elif token['control']:
                self._control(token['control'])
            elif token['character']:
                self._put(token['character'])
            elif token['escape'] == 'M':
                self._reverse_line_feed()
            elif not token['set'] and token['escape'] not in '=>':
                raise NotImplementedError(f'escape sequence {token[0]!r}')

    def _clear(self):
        self._cells = [[' '] * self.width for _ in range(self.height)]

    def _put(self, character):
        if self._column >= self.width:
            self._column = 0
            self._row = min(self._row + 1, self.height - 1)
        self._cells[self._row][self._column] = self._last = character
        self._column += 1

    def _move_rows(self, first, number):
        """The rows from this one to the end of the region that scrolls, down by so many, or up."""
        rows = self._cells[first:self._bottom]
        blank = [[' '] * self.width for _ in range(min(abs(number), len(rows)))]
        moved = (blank + rows)[:len(rows)] if number > 0 else (rows + blank)[-len(rows):]
        self._cells[first:self._bottom] = moved

    def _control(self, control):
        if control == '\r':
            self._column = 0
        elif control == '\n':
            self._line_feed()
        elif control == '\b':
            self._column = max(min(self._column, self.width - 1) - 1, 0)
        elif control == '\t':
            self._column = min(self._column // 8 * 8 + 8, self.width - 1)
        elif control != '\a':
            raise NotImplementedError(f'control character {control!r}')

    def _line_feed(self):
        if self._row == self._bottom - 1:
            self._move_rows(self._top, -1)
        else:
            self._row = min(self._row + 1, self.height - 1)

    def _reverse_line_feed(self):
        if self._row == self._top:
            self._move_rows(self._top, 1)
        else:
            self._row = max(self._row - 1, 0)

    def _mode(self, parameters, is_on):
        if parameters == ALTERNATE:
            self.is_taken = is_on
            self._clear()
        if parameters.endswith('?25') or parameters == '?12;25':
            self.has_cursor = is_on

    def _sequence(self, parameters, final):
        if final in 'mt':  # colours, the window's title
            return
        if final in 'hl':
            self._mode(parameters, final == 'h')
            return
        numbers = [int(number or 0) for number in parameters.split(';')]
        number = max(numbers[0], 1)
        row = self._cells[self._row]
        if final == 'H':
            self._row = number - 1
            self._column = max(numbers[1], 1) - 1 if len(numbers) > 1 else 0
        elif final == 'd':
            self._row = number - 1
        elif final == 'G':
            self._column = number - 1
        elif final in 'AB':
            self._row = min(max(self._row + (number if final == 'B' else -number), 0), self.height - 1)
        elif final in 'CD':
            self._column = min(max(self._column + (number if final == 'C' else -number), 0), self.width - 1)
        elif final == 'K' and numbers[0] in (0, 1):
            part = slice(self._column, None) if numbers[0] == 0 else slice(0, self._column + 1)
            row[part] = [' '] * len(row[part])
        elif final == 'J' and numbers[0] == 2:
            self._clear()
        elif final == 'J' and numbers[0] == 0:
            row[self._column:] = [' '] * len(row[self._column:])
            for below in self._cells[self._row + 1:]:
                below[:] = [' '] * self.width
        elif final == 'X':
            row[self._column:self._column + number] = [' '] * len(row[self._column:self._column + number])
        elif final == 'P':
            row[self._column:] = (row[self._column + number:] + [' '] * number)[:self.width - self._column]
        elif final == '@':
            row[self._column:] = ([' '] * number + row[self._column:])[:self.width - self._column]
        elif final == 'r':
            self._top, self._bottom = number - 1, (numbers[1] if len(numbers) > 1 else self.height)
            self._row = self._column = 0
        elif final in 'LM':
            self._move_rows(self._row, number if final == 'L' else -number)
        elif final in 'ST':
            self._move_rows(self._top, number if final == 'T' else -number)
        elif final == 'b':
            for _ in range(number):
                self._put(self._last)
        else:
            raise NotImplementedError(f'control sequence {parameters}{final}')
