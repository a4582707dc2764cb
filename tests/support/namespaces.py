"""Whether this machine lets us make network namespaces, and the process that holds one set of them.

No root is needed: a user namespace makes us root of what is inside.
"""

import functools
import shutil
import subprocess

from support.program import Process, environment

# unshare's child is process 1 of the process namespace: when it ends, the kernel kills all others in there.
UNSHARE = ['unshare', '--user', '--map-root-user', '--net', '--mount', '--pid', '--fork', '--kill-child']

NEEDED_COMMANDS = ['unshare', 'nsenter', 'ip', 'bridge', 'sh']

PROBE = '''
set -e
mount -t tmpfs tmpfs /run
test -d /proc/sys/net/ipv6 || { echo "the kernel has no IPv6" >&2; exit 1; }
ip link add name br type bridge
ip link add name left type veth peer name right
'''

# /run becomes private, for the sockets of daemons and for "ip netns". Where a container hides parts of /proc a new
# one is not allowed; the old one does, only its process numbers are those of the outside.
# The read ends when the other end of standard input is gone, so nothing is left over even when pytest is killed.
HOLD = '''
set -e
mount -t tmpfs tmpfs /run
mount -t proc proc /proc 2>/dev/null || true
{settings}
echo ready
read -r forever || true
'''

# Everything inherited from the machine and relevant to a test is set to one known value; addresses are usable at
# once (no duplicate address detection).
SETTINGS = '''
ip link set lo up
for scope in all default; do
    echo 0 > /proc/sys/net/ipv6/conf/$scope/accept_dad
    echo 0 > /proc/sys/net/ipv4/conf/$scope/rp_filter
done
echo 0 > /proc/sys/net/ipv4/ip_forward
'''

# $$ is the number that "ip link ... netns" understands inside.
HOLD_NETWORK = '''
set -e
{settings}
echo ready $$
exec sleep infinity
'''


@functools.lru_cache(maxsize=None)
def why_unavailable():
    """The reason why namespaces can't be used here, or None."""
    path = environment()['PATH']
    missing = [name for name in NEEDED_COMMANDS if not shutil.which(name, path=path)]
    if missing:
        return f'no network namespaces: {", ".join(missing)} is not installed'
    probe = subprocess.run(UNSHARE + ['sh', '-c', PROBE], env=environment(), stdin=subprocess.DEVNULL,
                           capture_output=True, text=True)
    if probe.returncode != 0:
        return f'no network namespaces: {probe.stderr.strip()}'
    return None


def hold():
    """Starts the process whose life is the life of a world."""
    holder = Process(['sh', '-c', HOLD.format(settings=SETTINGS)], prefix=UNSHARE)
    holder.wait_for('^ready$')
    return holder


def hold_network(enter):
    """Starts a process in a new network namespace of a world; returns it and its number inside."""
    keeper = Process(['sh', '-c', HOLD_NETWORK.format(settings=SETTINGS)], prefix=[*enter, 'unshare', '--net'])
    return keeper, int(keeper.wait_for(r'^ready (\d+)$')[1])
