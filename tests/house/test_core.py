"""The protocol core, the decoders and what is told of traffic do no I/O: their object files need nothing that could.

What src/wire, src/core and src/decode call outside themselves is memory and text and addresses to text: no system call,
clock, allocation, stdio or randomness. src/traffic allocates, besides. The linker's own tables say so, whatever the
sources look like.
"""

import json
import re
import shutil
import subprocess

import pytest

from support.tree import BUILD, REPOSITORY

CORE = ('src/wire/*.c', 'src/core/*.c')
HELPERS = ('src/base/cursor.c',)
DECODE = ('src/decode/*.c',)
TRAFFIC = ('src/traffic/*.c',)

# What the traffic may call of the house: of net what looks only at its arguments.
TRAFFIC_HELPERS = (*HELPERS, 'src/base/hash.c', 'src/base/histogram.c', 'src/base/list.c', 'src/base/sequence.c',
                   'src/net/address.c', 'src/net/group_meaning.c', 'src/net/mac.c')

ALLOWED = {'memcmp', 'memcpy', 'memmove', 'memset', 'memchr', 'strlen', 'strcmp', 'inet_pton', 'inet_ntop', '__assert_fail'}
BYTE_ORDER = {'htonl', 'htons', 'ntohl', 'ntohs'}  # calls where nothing is optimized
ALLOCATION = {'malloc', 'calloc', 'realloc', 'free'}

# What compilers add: memcmp() for equality, the stack protector, sanitizers, coverage, the table of a shared object.
ADDED = re.compile(r'bcmp|__stack_chk_(fail|guard)|__(asan|ubsan|tsan|msan|lsan|sanitizer|sancov|gcov|llvm)_\w+|'
                   r'_GLOBAL_OFFSET_TABLE_')

pytestmark = pytest.mark.skipif(not shutil.which('nm'), reason='nm is not installed (Debian package binutils)')


def symbols(objects, *which):
    done = subprocess.run(['nm', '--format=posix', *which, *map(str, objects)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    # With several files each has a heading, "FILE:".
    return {words[0].partition('@')[0] for words in lines if len(words) > 1}


def needed_outside(core, helpers=()):
    """What the core's objects need and neither they nor the helpers have, beyond what is allowed."""
    objects = [*core, *helpers]
    outside = symbols(objects, '--undefined-only') - symbols(objects, '--defined-only')
    return {name for name in outside - ALLOWED if not ADDED.fullmatch(name)}


def objects_of(patterns):
    """The object files that the build makes of these sources, each of which must be there."""
    built = {}
    for entry in json.loads((BUILD / 'compile_commands.json').read_text()):
        source = (BUILD / entry['file']).resolve()
        built.setdefault(source, BUILD / entry['output'])
    sources = [path for pattern in patterns for path in sorted(REPOSITORY.glob(pattern))]
    missing = [path.relative_to(REPOSITORY).as_posix() for path in sources
               if path not in built or not built[path].is_file()]
    assert not missing, f'not built: {missing}'
    return [built[path] for path in sources]


def test_the_core_needs_nothing_that_does_io():
    core = objects_of(CORE)
    assert len(core) > 10
    assert needed_outside(core, objects_of(HELPERS)) == set()


def test_the_decoders_need_nothing_that_does_io():
    decode = objects_of(DECODE)
    assert len(decode) > 10
    assert needed_outside(decode, objects_of((*HELPERS, 'src/wire/*.c'))) - BYTE_ORDER == set()


def test_the_traffic_needs_nothing_that_does_io_but_memory():
    traffic = objects_of(TRAFFIC)
    assert len(traffic) > 5
    house = symbols(objects_of((*TRAFFIC_HELPERS, *DECODE)), '--defined-only')
    assert needed_outside(traffic) - house - BYTE_ORDER - ALLOCATION == set()


# The check finds what it is for

@pytest.fixture
def compiled(tmp_path):
    """compiled('a.c', 'int f(void) {...}') makes an object file."""
    compiler = shutil.which('cc')
    if not compiler:
        pytest.skip('there is no C compiler')

    def compile_source(name, code):
        source, made = tmp_path / name, tmp_path / (name + '.o')
        source.write_text(code)
        done = subprocess.run([compiler, '-O0', '-fPIC', '-c', '-o', made, source], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return made
    return compile_source


@pytest.mark.parametrize('header, call, name', [
    ('stdlib.h', 'malloc(8)', 'malloc'), ('time.h', 'time(0)', 'time'), ('stdlib.h', 'rand()', 'rand'),
    ('stdio.h', 'getchar()', 'getchar'), ('unistd.h', 'getpid()', 'getpid'), ('stdlib.h', 'getenv("A")', 'getenv'),
])
def test_a_call_that_does_io_is_found(compiled, header, call, name):
    code = f'#include <{header}>\nlong f(void); long f(void) {{ return (long){call}; }}'
    assert needed_outside([compiled('a.c', code)]) == {name}


def test_errno_is_found(compiled):
    found = needed_outside([compiled('a.c', '#include <errno.h>\nint f(void); int f(void) { return errno; }')])
    assert len(found) == 1 and 'errno' in found.pop()


def test_a_variable_of_another_object_is_found(compiled):
    code = '#include <unistd.h>\nchar **f(void); char **f(void) { return environ; } extern char **environ;'
    assert needed_outside([compiled('a.c', '#define _GNU_SOURCE\n' + code)]) == {'environ'}


def test_what_is_allowed_is_not_found(compiled):
    code = ('#include <string.h>\n#include <arpa/inet.h>\n#include <assert.h>\n'
            'size_t f(char *a, char *b, size_t n);\n'
            'size_t f(char *a, char *b, size_t n) { assert(n > 0); memcpy(a, b, n); memmove(a, b, n);'
            ' memset(a, 0, n); inet_pton(AF_INET, a, b); return strlen(a) + (size_t)memcmp(a, b, n); }')
    assert needed_outside([compiled('a.c', code)]) == set()


def test_objects_may_need_each_other(compiled):
    core = [compiled('a.c', 'int g(void); int f(void); int f(void) { return g(); }'),
            compiled('b.c', 'int h(void); int g(void); int g(void) { return h(); }')]
    helper = compiled('c.c', 'int h(void); int h(void) { return 1; }')
    assert needed_outside(core, [helper]) == set()
    assert needed_outside(core) == {'h'}


def test_what_a_helper_needs_counts_too(compiled):
    core = compiled('a.c', 'int g(void); int f(void); int f(void) { return g(); }')
    helper = compiled('b.c', '#include <stdlib.h>\nint g(void); int g(void) { return rand(); }')
    assert needed_outside([core], [helper]) == {'rand'}


def test_a_name_that_only_looks_added_is_found(compiled):
    assert needed_outside([compiled('a.c', 'int my__asan_x(void); int f(void); int f(void) { return my__asan_x(); }')]
                          ) == {'my__asan_x'}
