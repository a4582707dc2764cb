"""The documents and completions tell the truth about the program: its verbs, options, examples; and links lead
somewhere. What the program has is taken from its --help."""

import functools
import os
import re
import shlex
import shutil
import subprocess
from dataclasses import dataclass

import pytest

from support.conditions import wait_until
from support.program import environment, run
from support.sanitizers import sanitizers
from support.tree import BUILD, REPOSITORY

MAN = REPOSITORY / 'docs' / 'man'
COMPLETIONS = REPOSITORY / 'contrib' / 'completions'
HELP_LINES, HELP_COLUMNS = 45, 110


# ---- What the program has ----

@dataclass(frozen=True)
class Option:
    letter: str  # '' if it has none
    name: str
    value: str = ''  # as --help shows it; '' if it takes none
    is_optional: bool = False

    @property
    def dashed(self):
        return ([f'-{self.letter}'] if self.letter else []) + [f'--{self.name}']


# In every verb; --help leaves --version out.
EVERYWHERE = {Option('h', 'help'), Option('V', 'version')}
OPTION = re.compile(r'^  (?:-(\w), |    )--([a-z0-9-]+)(\[=)?(?:(?<!\[=) )?([A-Z]\S*)?', re.MULTILINE)


@functools.lru_cache(maxsize=None)
def help_of(*command):
    result = run(['hostcast', *command, '--help'])
    assert result.status == 0, result.stderr
    return result.stdout


def verbs():
    return re.findall(r'^  ([a-z]+) ', help_of().partition('Verbs:\n')[2].partition('\n\n')[0], re.MULTILINE)


def subverbs(verb):
    usage = help_of(verb).partition('\n\n')[0]
    return re.findall(rf'^(?:Usage:|      ) hostcast {verb} ([a-z]+)\b', usage, re.MULTILINE)


def commands():
    """What has options: ('send',), ('echo', 'serve')..."""
    return [(verb, *rest) for verb in verbs() for rest in [(name,) for name in subverbs(verb)] or [()]]


@functools.lru_cache(maxsize=None)
def options(*command):
    found = {Option(letter, name, value.rstrip(']'), bool(bracket))
             for letter, name, bracket, value in OPTION.findall(help_of(*command))}
    return frozenset(found | EVERYWHERE)


def options_of_verb(verb):
    return set().union(*(options(*command) for command in commands() if command[0] == verb))


def all_options():
    return set().union(*(options(*command) for command in commands()))


def test_help_fits_a_screen():
    wrong = []
    for command in [(), *((verb,) for verb in verbs()), *commands()]:
        lines = help_of(*command).splitlines()
        wide = [line for line in lines if len(line) > HELP_COLUMNS]
        if len(lines) > HELP_LINES or wide:
            wrong.append((command, len(lines), wide))
    assert not wrong


def test_options_are_seen():
    """The tests below compare with what is read from --help: it is read right."""
    assert {'send', 'recv'} <= set(verbs())
    assert Option('i', 'interface', 'IF') in options('send')
    assert Option('', 'no-loop') in options('send')
    assert Option('', 'source', 'ADDR[:PORT') in options('send')
    assert Option('a', 'ack', 'TEXT', True) in options('recv')
    if 'echo' in verbs():
        assert {('echo', 'serve'), ('echo', 'send')} <= set(commands())


# ---- Man pages ----

def pages():
    return sorted(MAN.glob('*.[1-8]'))


def need(program):
    if not shutil.which(program, path=environment()['PATH']):
        pytest.skip(f'{program} is not installed')


@functools.lru_cache(maxsize=None)
def rendered(page):
    """As a reader sees it, but with lines so long that hardly any is broken."""
    need('mandoc')
    result = run(['mandoc', '-Tascii', '-O', 'width=1000', page])
    text = re.sub('.\x08', '', result.stdout)
    assert '\nNAME\n' in text, f'mandoc shows nothing of {page}'
    return text


def entries(page):
    """The options that have an entry of their own, as heading() shows them."""
    tag = re.compile(r'^ +(?:-(\w), )?--([a-z0-9-]+)(?:(\[=)|( )(?=\S))?', re.MULTILINE)
    return {heading(Option(letter, name, bracket or space, bool(bracket)))
            for letter, name, bracket, space in tag.findall(rendered(page))}


def heading(option):
    """How the entry of an option begins; a page may call its value otherwise than --help does."""
    value = '[=' if option.is_optional else ' ...' if option.value else ''
    return ', '.join(option.dashed) + value


def test_every_verb_has_a_man_page():
    assert [verb for verb in verbs() if not (MAN / f'hostcast-{verb}.1').is_file()] == []


def test_every_man_page_is_of_a_verb():
    expected = {'hostcast.1', 'libhostcast.3', *(f'hostcast-{verb}.1' for verb in verbs())}
    assert {page.name for page in pages()} <= expected


def test_man_pages_are_installed():
    build = (REPOSITORY / 'meson.build').read_text()
    assert [page.name for page in pages() if f"'docs/man/{page.name}'" not in build] == []


@pytest.mark.parametrize('page', pages(), ids=lambda page: page.name)
def test_man_page_is_well_formed(page):
    need('mandoc')
    result = run(['mandoc', '-Tlint', '-W', 'warning', page])
    assert (result.status, result.stdout, result.stderr) == (0, '', '')


def test_man_pages_and_help_have_the_same_options():
    wrong = {}
    for verb in verbs():
        page = MAN / f'hostcast-{verb}.1'
        if not page.is_file():
            continue  # another test says so
        documented, real = entries(page), {heading(option) for option in options_of_verb(verb)}
        if documented != real:
            wrong[page.name] = {'only in the page': documented - real, 'only in --help': real - documented}
    assert wrong == {}


def test_options_that_are_the_same_everywhere_are():
    """hostcast.1 says what some options mean in every verb that has them."""
    overview = entries(MAN / 'hostcast.1')
    assert overview and overview <= {heading(option) for option in all_options()}


def test_man_pages_mention_no_other_options():
    real = {option.name for option in all_options()}
    wrong = {}
    for page in pages():
        text = re.sub(r'(?:pkg-config|\$\(pkg-config) [^)\n]*', '', rendered(page))
        mentioned = set(re.findall(r'(?<![\w-])--([a-z][a-z0-9-]*)', text))
        if mentioned - real:
            wrong[page.name] = mentioned - real
    assert wrong == {}


# ---- Examples ----

def literal_lines(page):
    """The lines of a man page's source that are shown as they stand."""
    inside = False
    for line in page.read_text().splitlines():
        if re.match(r'\.(Bd .*-literal|Bd .*-unfilled|nf|EX)\b', line):
            inside = True
        elif re.match(r'\.(Ed|fi|EE)\b', line):
            inside = False
        elif line.startswith('.Dl '):
            yield line[4:]
        elif inside and not line.startswith('.'):
            yield line.replace('\\e', '\\').replace('\\-', '-').replace('\\(aq', "'").replace('\\&', '')


def markdown():
    return sorted([*REPOSITORY.glob('*.md'), *(REPOSITORY / 'docs').rglob('*.md')])


def code_of(document):
    """The lines of a markdown document's code, blocks and within the text."""
    inside = False
    for line in document.read_text().splitlines():
        if line.lstrip().startswith('```'):
            inside = not inside
        elif inside:
            yield line
        else:
            yield from re.findall(r'`([^`]+)`', line)


def shell_commands(line):
    """The words after each 'hostcast' that is run in a line of a shell."""
    for match in re.finditer(r'(?<![\w/.-])(?:build/)?hostcast +((?:-|[a-z]).*)', line):
        # What stands behind two spaces explains; it is no shell any more.
        text = re.split(r' {2,}', match[1])[0]
        lexer = shlex.shlex(text, posix=True, punctuation_chars='();<>|&')
        lexer.whitespace_split = True
        words = []
        for word in lexer:
            if word[0] in '();<>|&':
                break
            words.append(word)
        if not any(word.endswith(':') for word in words[:2]):  # "hostcast recv: 3 messages" is what it prints
            yield words


def documented_commands():
    """(where, words) of every command that a reader may try."""
    for page in pages():
        yield from ((page.name, words) for line in literal_lines(page) for words in shell_commands(line))
    for document in markdown():
        yield from ((document.name, words) for line in code_of(document) for words in shell_commands(line))
    for command in [(), *((verb,) for verb in verbs()), *commands()]:
        lines = help_of(*command).splitlines()
        examples = [line for line in lines if line.startswith('  hostcast ')]
        yield from ((f'hostcast {" ".join(command)} --help', words)
                    for line in examples for words in shell_commands(line))


def fault(words):
    """What is wrong with the verb or the options of a command; None if nothing is."""
    if words[0] in ('--help', '--version', 'help', 'version'):
        return None
    if words[0] not in verbs():
        return f'no verb {words[0]}'
    command = [words.pop(0)]
    if subverbs(command[0]) and words and not words[0].startswith('-'):
        command.append(words.pop(0))
    if tuple(command) not in commands():
        return None if words in ([], ['--help']) else f'no verb {" ".join(command)}'
    return fault_of_options(iter(words), options(*command))


def fault_of_options(words, real):
    by_name = {option.name: option for option in real}
    by_letter = {option.letter: option for option in real if option.letter}
    by_letter['I'] = by_letter.get('i')
    for word in words:
        if word == '--':
            return None
        name, equals, _ = word.lstrip('-').partition('=')
        if not word.startswith('-') or not name:
            continue
        option = by_name.get(name) or (None if word.startswith('--') else by_letter.get(word[1]))
        if not option:
            return f'no option {word}'
        has_own_value = equals or (name not in by_name and len(word) > 2)
        if option.value and not option.is_optional and not has_own_value and next(words, None) is None:
            return f'{word} lacks its {option.value}'
    return None


def test_examples_name_verbs_and_options_that_exist():
    wrong = [(where, ' '.join(words), reason) for where, words in documented_commands()
             if (reason := fault(list(words)))]
    assert wrong == []


def test_examples_are_found():
    """Each side of each verb is shown in its --help and in its page; the readme has every verb."""
    found = {}
    for where, words in documented_commands():
        found.setdefault(where, set()).add(words[0])
    assert set(verbs()) <= found['README.md']
    assert {'send', 'recv'} <= found['hostcast.1']
    for verb in verbs():
        assert verb in found.get(f'hostcast {verb} --help', ()), verb
        if (MAN / f'hostcast-{verb}.1').is_file():
            assert verb in found.get(f'hostcast-{verb}.1', ()), verb


def test_faults_of_examples_are_noticed():
    assert fault('send --ack -c 3 -i lo 224.1.1.1 hello'.split()) is None
    assert fault('send -f - -I lo -quit-word x 224.1.1.1'.split()) is None
    assert fault('sned 224.1.1.1'.split())
    assert fault('send --akc 224.1.1.1'.split())
    assert fault('send -Z 224.1.1.1'.split())
    assert fault('send 224.1.1.1 --count'.split())
    assert list(shell_commands('seq 3 | hostcast send 224.1.1.1 > out  # text')) == [['send', '224.1.1.1']]
    assert not list(shell_commands('hostcast recv: 3 messages'))
    assert not list(shell_commands('hostcast echo serve: listening'))


# ---- Links ----

def test_links_lead_somewhere():
    wrong = []
    for document in markdown():
        for target in re.findall(r'\]\(([^)\s]+)\)', document.read_text()):
            path = target.partition('#')[0]
            if path and not re.match(r'[a-z]+:', path) and not (document.parent / path).exists():
                wrong.append((document.name, target))
    assert wrong == []


# ---- Completions ----

def bash(script, *words):
    need('bash')
    return run(['bash', '--norc', '-c', script, COMPLETIONS / 'hostcast.bash', *words])


def completed(*words):
    """What bash offers when the last word is being typed."""
    result = bash('source "$0"; COMP_WORDS=(hostcast "$@") COMP_CWORD=$#; _hostcast; '
                  'printf "%s\\n" "${COMPREPLY[@]}"', *words)
    assert (result.status, result.stderr) == (0, ''), result
    return set(result.stdout.split('\n')) - {''}


def test_bash_knows_that_there_is_a_completion():
    assert bash('source "$0"; complete -p hostcast').stdout == 'complete -F _hostcast hostcast\n'


def test_bash_completes_verbs():
    assert completed('') == set(verbs())
    assert completed('se') == {'send'}
    assert completed('-') == {'--help', '--version'}
    for verb in verbs():
        assert completed(verb, '') == set(subverbs(verb)), verb


def test_bash_completes_the_options_of_every_verb():
    for command in commands():
        assert completed(*command, '--') == {f'--{option.name}' for option in options(*command)}, command
    assert completed('send', '--ac') == {'--ack'}


def test_bash_completes_the_values_of_every_option(tmp_path):
    """Where it knows none it offers nothing, least of all another option."""
    file = tmp_path / 'a name'
    file.touch()
    expected = {'IF': {'lo'}, 'FILE': {str(file)}}
    typed = {'IF': 'lo', 'FILE': str(tmp_path / 'a')}
    for command in commands():
        for option in options(*command):
            takes_value = option.value and not option.is_optional
            for dashed in option.dashed:
                offered = completed(*command, dashed, typed.get(option.value, '--'))
                if takes_value:
                    assert offered == expected.get(option.value, set()), (command, dashed)
                else:
                    assert '--help' in offered, (command, dashed)


def test_bash_completes_interfaces_and_options_after_options():
    interfaces = set(os.listdir('/sys/class/net'))
    assert completed('recv', '--interface', '=', 'l') == {name for name in interfaces if name.startswith('l')}
    assert completed('recv', '--interface', '=') == completed('recv', '-I', '') == interfaces
    assert completed('send', '--ack', '--exp') == {'--expect'}


def zsh_tables():
    """The arrays of the zsh completion, with those that they contain, by name."""
    tables = {}
    text = (COMPLETIONS / '_hostcast').read_text()
    for name, body in re.findall(r'^\tlocal -h?a (\w+)=\(\n(.*?)^\t\)$', text, re.MULTILINE | re.DOTALL):
        body = re.sub(r'\$(\w+)', lambda match: tables[match[1]], body)
        tables[name] = re.sub(r'\[[^\]]*\]', '', body)
    return tables


def test_zsh_completes_the_options_of_every_verb():
    tables = zsh_tables()
    spec = re.compile(r'(?:\{-(\w)\+?,(?:-I\+,)?)?--([a-z0-9-]+)(=?)')
    for command in commands():
        offered = set(spec.findall(tables['_'.join(command)] + tables['everywhere']))
        assert offered == {(option.letter, option.name, '=' if option.value else '')
                           for option in options(*command)}, command


def test_zsh_completes_verbs():
    tables = zsh_tables()
    assert re.findall(r"'(\w+):", tables['verbs']) == verbs()
    for verb in verbs():
        assert re.findall(r"'(\w+):", tables.get(f'{verb}_verbs', '')) == subverbs(verb)


def test_zsh_can_read_its_completion():
    need('zsh')
    result = run(['zsh', '-n', COMPLETIONS / '_hostcast'])
    assert (result.status, result.stderr) == (0, '')


# ---- The library's page ----

def test_the_library_page_has_every_function():
    header = (REPOSITORY / 'include' / 'hostcast.h').read_text()
    exported = set(re.findall(r'^HOSTCAST_API\b[^(;]*?(\w+)\(', header, re.MULTILINE))
    page = (MAN / 'libhostcast.3').read_text()
    synopsis = page.partition('.Sh SYNOPSIS')[2].partition('.Sh ')[0]
    assert exported and exported == set(re.findall(r'^\.F[no] (\w+)', synopsis, re.MULTILINE))


def test_the_library_page_has_every_error():
    header = (REPOSITORY / 'include' / 'hostcast.h').read_text()
    codes = re.findall(r'X\((HOSTCAST_\w+), -\d+', header)
    assert codes == re.findall(r'^\.It Dv (HOSTCAST_\w+)$', (MAN / 'libhostcast.3').read_text(), re.MULTILINE)


def test_the_example_of_the_library_page_works(tmp_path, host):
    program = build_example(tmp_path)
    listener = host.spawn([program, '224.1.1.1:10000'])
    listener.wait_for('joined 224.1.1.1:10000', 'stderr')
    wait_until(lambda: host.has_joined('224.1.1.1'), 'the example to join')
    sent = host.run(['hostcast', 'send', '--ack', '--expect', '1', '224.1.1.1:10000', 'hello'])
    assert sent.status == 0, sent.stderr
    assert sent.stdout.endswith(': ack\n')
    listener.wait_for(r'^10\.0\.0\.1:\d+ sent 5 bytes\n')


def build_example(directory):
    lines = list(literal_lines(MAN / 'libhostcast.3'))
    first = lines.index('#include <hostcast.h>')
    last = next(index for index in range(first, len(lines)) if lines[index].startswith('int main'))
    last = lines.index('}', last)
    source, program = directory / 'answer.c', directory / 'answer'
    source.write_text('\n'.join(lines[first:last + 1]) + '\n')
    built = subprocess.run(
        ['cc', '-std=c11', '-Wall', '-Wextra', '-Werror', *sanitizers(), '-I', REPOSITORY / 'include', '-o', program,
         source, '-L', BUILD, '-lhostcast', f'-Wl,-rpath,{BUILD}'], capture_output=True, text=True)
    assert built.returncode == 0, built.stderr
    return program
