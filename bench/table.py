"""Tables in Markdown."""


def table(heading, rows):
    """heading: names of columns, '>' in front of one whose values stand at the right."""
    names = [name.removeprefix('>') for name in heading]
    rule = ['---:' if name.startswith('>') else '---' for name in heading]
    return '\n'.join('| ' + ' | '.join(row) + ' |' for row in [names, rule, *rows])


def number(value):
    """Three digits that count, with thousands apart: 1,770,000; 77,300; 4.87; 0.081."""
    if value == 0:
        return '0'
    digits = 0
    while abs(value) * 10**digits < 100 and digits < 4:
        digits += 1
    if abs(value) >= 1000:
        magnitude = 10 ** (len(str(int(abs(value)))) - 3)
        value = round(value / magnitude) * magnitude
    return f'{value:,.{digits}f}'


def with_spread(spread, unit=''):
    if spread is None:
        return '-'
    unit = f' {unit}' if unit else ''
    return f'{number(spread.median)}{unit} ({number(spread.least)} to {number(spread.most)})'


def times(value):
    """A ratio."""
    return '-' if value is None else f'{value:.2f}'
