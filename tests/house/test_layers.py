"""Folders depend only downwards, and no file includes itself in a circle."""

import re

import pytest

from support.tree import REPOSITORY

# What each folder may include, besides itself (DESIGN.md, section 6: one arrow direction).
MAY_INCLUDE = {
    'base': set(),
    'wire': {'base'},
    'core': {'base', 'wire'},
    'net': {'base'},
    'run': {'base'},
    'run/tree': {'base', 'wire', 'core', 'net', 'run'},
    'run/handle': {'base', 'wire', 'core', 'net', 'run', 'run/tree'},
    'sim': {'base', 'wire', 'core'},  # it runs what the program runs, and reaches for no real network
    'decode': {'base', 'wire'},
    'traffic': {'base', 'wire', 'decode', 'net'},
    'capture': {'base', 'decode', 'net'},
    'doctor': {'base', 'wire', 'decode', 'traffic', 'capture', 'net', 'run'},
    'cli': {'base', 'wire', 'core', 'net', 'run', 'run/tree', 'decode', 'traffic'},
}
# Each verb of more than one file has a folder on top of all, and knows nothing of the other verbs.
for verb in ('bench', 'send', 'chat', 'echo', 'info', 'status', 'tree'):
    MAY_INCLUDE[f'cli/{verb}'] = MAY_INCLUDE['cli'] | {'cli'}

# What looks at packets.
for verb in ('capture', 'decode', 'watch'):
    MAY_INCLUDE[f'cli/{verb}'] = MAY_INCLUDE['cli'] | {'cli', 'capture'}
MAY_INCLUDE['cli/doctor'] = MAY_INCLUDE['cli/capture'] | {'doctor'}

MAY_INCLUDE['cli/sim'] = MAY_INCLUDE['cli'] | {'cli', 'sim'}

# For everybody: the public interface, and what the build found on this machine.
FOR_ALL = {'hostcast.h', 'config.h'}

INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def read_includes(source):
    """Every file below source or in the simulator beside it, with the files there that it includes; and what stands
    nowhere."""
    graph, missing = {}, []
    for path in sorted(path for root in (source, source.parent / 'sim') for path in root.rglob('*.[ch]')):
        name = name_of(source, path)
        graph[name] = []
        for included in INCLUDE.findall(path.read_text()):
            found = find(source, path, included)
            if found:
                graph[name].append(found)
            elif included not in FOR_ALL:
                missing.append(f'{name} includes {included}, which is nowhere')
    return graph, missing


def find(source, path, included):
    """As the compiler looks for it: beside the file, then from the root of the sources, then beside that."""
    for candidate in (path.parent / included, source / included, source.parent / included):
        if candidate.is_file():
            return name_of(source, candidate)
    return None


def name_of(source, path):
    root = source.resolve()
    path = path.resolve()
    return path.relative_to(root if path.is_relative_to(root) else root.parent).as_posix()


def folder_of(name):
    return name.rpartition('/')[0]


def upward_includes(graph):
    found = []
    for name, included in graph.items():
        folder = folder_of(name)
        for other in included:
            allowed = MAY_INCLUDE.get(folder, set()) | {folder}
            if folder not in MAY_INCLUDE or folder_of(other) not in allowed:
                found.append(f'{name} includes {other}')
    return found


def cycle(graph):
    """The first circle found, as a list of files; None if there is none."""
    done = set()

    def visit(name, way):
        if name in way:
            return way[way.index(name):] + [name]
        if name in done:
            return None
        for other in graph[name]:
            found = visit(other, way + [name])
            if found:
                return found
        done.add(name)
        return None

    return next(filter(None, (visit(name, []) for name in graph)), None)


def violations(source):
    graph, missing = read_includes(source)
    circle = cycle(graph)
    return missing + upward_includes(graph) + ([' -> '.join(circle)] if circle else [])


def test_the_sources_depend_downwards():
    source = REPOSITORY / 'src'
    graph, _ = read_includes(source)
    assert {folder_of(name) for name in graph} == set(MAY_INCLUDE)  # a new folder needs a place in the order
    assert violations(source) == []


# The check finds what it is for

@pytest.fixture
def tree(tmp_path):
    """write({'base/a.h': ['net/b.h']}) makes files with these includes, and gives their violations."""
    def write(files):
        source = tmp_path / 'src'
        for name, includes in files.items():
            path = (tmp_path if name.startswith('sim/') else source) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(''.join(f'#include "{included}"\n' for included in includes))
        return violations(source)
    return write


def test_downward_includes_are_allowed(tree):
    assert tree({'base/a.h': ['hostcast.h'], 'net/b.h': ['base/a.h'], 'run/tree/c.c': ['config.h', 'net/b.h'],
                 'cli/d.c': ['net/b.h', 'd.h'], 'cli/d.h': []}) == []


@pytest.mark.parametrize('name, included', [('base/x.h', 'net/y.h'), ('net/x.c', 'run/y.h'), ('run/x.c', 'cli/y.h'),
                                            ('other/x.c', 'base/y.h'), ('cli/x.c', 'cli/chat/y.h'),
                                            ('cli/echo/x.c', 'cli/chat/y.h'), ('sim/x.c', 'net/y.h'),
                                            ('cli/x.c', 'sim/y.h'), ('core/x.c', 'sim/y.h')])
def test_an_upward_include_is_found(tree, name, included):
    assert tree({name: [included], included: []}) == [f'{name} includes {included}']


def test_an_upward_include_by_a_crooked_path_is_found(tree):
    assert tree({'base/x.c': ['../net/y.h'], 'net/y.h': []}) == ['base/x.c includes net/y.h']


def test_a_file_that_is_nowhere_is_found(tree):
    assert tree({'base/x.c': ['gone.h']}) == ['base/x.c includes gone.h, which is nowhere']


def test_a_circle_is_found(tree):
    assert tree({'net/a.h': ['net/b.h'], 'net/b.h': ['c.h'], 'net/c.h': ['a.h']}) == [
        'net/a.h -> net/b.h -> net/c.h -> net/a.h']
    assert tree({'net/a.h': [], 'net/d.h': ['d.h']}) == ['net/d.h -> net/d.h']
